import type { Conversation } from '../api/objects.ts';
import { fragmentOf } from '../place.ts';
import { count } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { titleOf } from './title.ts';
import { withFilter } from './query.ts';

const MOST_PAIRS = 4;

/** A conversation in the list. Its title is the one link to it; pairs of metadata are links that filter by them. */
export function ConversationRow({
  conversation,
  query,
  hasOwner,
}: {
  readonly conversation: Conversation;
  readonly query: string;
  readonly hasOwner: boolean;
}) {
  const { id, created_at, metadata, owner = '', item_count, last_item_at } = conversation;
  const { text, key, isId } = titleOf(conversation);
  const pairs = Object.entries(metadata).filter(([name]) => name !== key);
  return (
    <tr>
      <td>
        <a
          data-row
          class={isId ? 'row-title id' : 'row-title'}
          href={fragmentOf({ page: 'conversation', id, item: undefined })}
          dir="auto"
        >
          {text}
        </a>
        <span class="pairs">
          {pairs.slice(0, MOST_PAIRS).map(([name, value]) => (
            <a
              key={name}
              class="pair"
              href={fragmentOf({ page: 'conversations', query: withFilter(query, name, value) })}
              title={`Only those with ${name} = ${value}`}
            >
              <span class="key">{name}</span> {value}
            </a>
          ))}
          {pairs.length > MOST_PAIRS && <span class="quiet">+{pairs.length - MOST_PAIRS}</span>}
        </span>
      </td>
      <td class="number">
        {typeof item_count === 'number' && (
          <>
            {count(item_count)}
            <span class="unit">{item_count === 1 ? ' item' : ' items'}</span>
          </>
        )}
      </td>
      {hasOwner && <td class="owner">{owner}</td>}
      <td class="when">
        <Time at={last_item_at ?? created_at} />
      </td>
    </tr>
  );
}
