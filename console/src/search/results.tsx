import type { SearchResult } from '../api/objects.ts';
import { titleOf } from '../conversations/title.ts';
import { fragmentOf } from '../place.ts';
import { ordinal } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { Marked } from './marked.tsx';

interface ResultsProps {
  readonly results: readonly SearchResult[];
  /** Words that were looked for; empty for an id. */
  readonly words: string;
}

/** Results one after the other, each with the title of its conversation. */
export function FlatResults({ results, words }: ResultsProps) {
  return (
    <ol class="results">
      {results.map((result) => (
        <li key={keyOf(result)}>
          <p class="result-head">
            <a
              data-row
              class={titled(result).isId ? 'row-title id' : 'row-title'}
              href={hrefOf(result, words)}
              dir="auto"
            >
              {titled(result).text}
            </a>
            <Place result={result} />
          </p>
          <Snippet result={result} />
        </li>
      ))}
    </ol>
  );
}

/** Results under their conversations, which come in the order of their first result. */
export function GroupedResults({ results, words }: ResultsProps) {
  const groups = Map.groupBy(results, ({ conversation_id: id }) => id);
  return (
    <ol class="results grouped">
      {[...groups].map(([id, group]) => {
        const [first] = group;
        if (first === undefined) return null;
        const { text, isId } = titled(first);
        return (
          <li key={id}>
            <h2 class={isId ? 'id' : ''} dir="auto">
              {text} <span class="quiet">{group.length > 1 && `${group.length} items`}</span>
            </h2>
            <ol>
              {group.map((result) => (
                <li key={keyOf(result)}>
                  <a data-row class="result-place" href={hrefOf(result, words)}>
                    <Place result={result} />
                  </a>
                  <Snippet result={result} />
                </li>
              ))}
            </ol>
          </li>
        );
      })}
    </ol>
  );
}

function Place({
  result: { role, type, position, created_at },
}: {
  readonly result: SearchResult;
}) {
  return (
    <span class="quiet">
      {role ?? type.replaceAll('_', ' ')} · {ordinal(position)} · <Time at={created_at} />
    </span>
  );
}

function Snippet({ result: { snippet } }: { readonly result: SearchResult }) {
  if (snippet === null) return null;
  return (
    <p class="snippet" dir="auto">
      <Marked text={snippet.text} ranges={snippet.highlights} />
    </p>
  );
}

function titled({ conversation_id: id, metadata = {} }: SearchResult) {
  return titleOf({ id, metadata });
}

function keyOf({ conversation_id: id, item_id: item }: SearchResult): string {
  return `${id} ${item}`;
}

function hrefOf({ conversation_id: id, item_id: item }: SearchResult, find: string): string {
  return fragmentOf({ page: 'conversation', id, item, find });
}
