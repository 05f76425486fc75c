import { JsonTree } from '../text/json-tree.tsx';
import { LongText } from '../text/long-text.tsx';
import { fields, textOf, type Fields } from './fields.ts';
import { Audio, File, ImageById, StoredImage } from './media.tsx';

/** A part of a message, or of a tool's output. */
export function Part({
  part,
  name,
}: {
  readonly part: Fields;
  /** Tells the parts of an item apart. */
  readonly name: string;
}) {
  const type = textOf(part['type']);
  if (typeof part['refusal'] === 'string') {
    return (
      <div class="refusal">
        <p class="label">Refusal</p>
        <LongText text={part['refusal']} name={name} />
      </div>
    );
  }
  if (typeof part['text'] === 'string') return <LongText text={part['text']} name={name} />;
  const image = textOf(part['image_url']);
  if (image !== '') return <StoredImage address={image} />;
  const isImage = type === 'input_image' || type === 'computer_screenshot';
  const id = textOf(part['file_id']);
  if (isImage && id !== '') return <ImageById id={id} />;
  if (type === 'input_audio') return <Audio audio={fields(part['input_audio'])} />;
  if (type === 'input_file' || type === 'output_file') return <File part={part} />;
  return <JsonTree name={type || 'part'} value={part} path={name} />;
}
