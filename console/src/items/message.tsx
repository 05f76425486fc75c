import { useContext } from 'preact/hooks';
import type { Item } from '../api/objects.ts';
import { LongText } from '../text/long-text.tsx';
import { Markdown } from './markdown.tsx';
import { SafeLink } from '../text/links.tsx';
import { OtherWritingContext } from '../text/writing.ts';
import { fields, list, textOf } from './fields.ts';
import { Part } from './parts.tsx';
import { Value } from './value.tsx';

/** What was typed is shown as it was typed; what a model wrote is Markdown. */
export function Message({ item }: { readonly item: Item }) {
  const isMarkdown = (item['role'] === 'assistant') !== useContext(OtherWritingContext);
  const Text = isMarkdown ? Markdown : LongText;
  const { content, phase } = item;
  if (typeof content === 'string') return <Text text={content} name="content" />;
  if (!Array.isArray(content)) return <Value name="content" value={content} />;
  if (content.length === 0) return <p class="quiet">Without content.</p>;
  return (
    <>
      {textOf(phase) === 'commentary' && <p class="label">commentary</p>}
      {content.map((each: unknown, index) => {
        const part = fields(each);
        const name = `part ${index}`;
        if (typeof each === 'string') return <Text key={index} text={each} name={name} />;
        const isText = part['type'] === 'output_text' || part['type'] === 'input_text';
        if (isText && typeof part['text'] === 'string') {
          return (
            <div key={index}>
              <Text text={part['text']} name={name} />
              <Annotations of={part['annotations']} />
            </div>
          );
        }
        return <Part key={index} part={part} name={name} />;
      })}
    </>
  );
}

/** Sources that a model names, with their addresses in plain sight. */
function Annotations({ of }: { readonly of: unknown }) {
  const annotations = list(of);
  if (annotations.length === 0) return null;
  return (
    <ol class="annotations">
      {annotations.map((annotation, index) => {
        const url = textOf(annotation['url']);
        const name = textOf(annotation['title']) || textOf(annotation['filename']);
        const file = textOf(annotation['file_id']);
        return (
          <li key={index}>
            {url === '' ? (
              <>
                <bdi>{name || textOf(annotation['type'])}</bdi> <code>{file}</code>
              </>
            ) : (
              <>
                {name !== '' && (
                  <>
                    <bdi>{name}</bdi>{' '}
                  </>
                )}
                <SafeLink href={url}>{url}</SafeLink>
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}
