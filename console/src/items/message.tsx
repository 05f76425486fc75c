import type { Item } from '../api/objects.ts';
import { LongText } from '../text/long-text.tsx';
import { Markdown } from '../text/markdown.tsx';
import { SafeLink } from '../text/links.tsx';
import { list, textOf } from './fields.ts';
import { Part } from './parts.tsx';
import { Value } from './value.tsx';

/** What was typed is shown as it was typed; what a model wrote is Markdown. */
export function Message({ item }: { readonly item: Item }) {
  const isModel = item['role'] === 'assistant';
  const { content, phase } = item;
  if (typeof content === 'string') return <LongText text={content} name="content" />;
  if (!Array.isArray(content)) return <Value name="content" value={content} />;
  if (content.length === 0) return <p class="quiet">Without content.</p>;
  return (
    <>
      {textOf(phase) === 'commentary' && <p class="label">commentary</p>}
      {content.map((each: unknown, index) => {
        const [part] = list([each]);
        if (typeof each === 'string') {
          return <LongText key={index} text={each} name={`part ${index}`} />;
        }
        if (isModel && part?.['type'] === 'output_text') {
          return (
            <div key={index}>
              <Markdown text={textOf(part['text'])} name={`part ${index}`} />
              <Annotations of={part['annotations']} />
            </div>
          );
        }
        return <Part key={index} part={part ?? {}} name={`part ${index}`} />;
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
