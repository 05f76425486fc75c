import { useContext } from 'preact/hooks';
import type { Item } from '../api/objects.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { LongText } from '../text/long-text.tsx';
import { Markdown } from '../text/markdown.tsx';
import { SafeLink } from '../text/links.tsx';
import { OtherWritingContext } from '../text/writing.ts';
import { list, textOf } from './fields.ts';
import { Part } from './parts.tsx';

/** What was typed is shown as it was typed; what a model wrote is Markdown. */
export function Message({ item }: { readonly item: Item; readonly items: ItemWindow }) {
  const isMarkdown = (item['role'] === 'assistant') !== useContext(OtherWritingContext);
  const Text = isMarkdown ? Markdown : LongText;
  const content = item['content'];
  if (typeof content === 'string') return <Text text={content} />;
  const parts = list(content);
  if (parts.length === 0) return <p class="quiet">Without content.</p>;
  return (
    <>
      {parts.map((part, index) => {
        const type = textOf(part['type']);
        const text = textOf(part['text']);
        if (type === 'output_text' || type === 'input_text') {
          return (
            <div key={index}>
              <Text text={text} />
              <Annotations of={part['annotations']} />
            </div>
          );
        }
        return <Part key={index} part={part} />;
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
        return (
          <li key={index}>
            {url === '' ? (
              name || textOf(annotation['type'])
            ) : (
              <SafeLink href={url}>{name || url}</SafeLink>
            )}
          </li>
        );
      })}
    </ol>
  );
}
