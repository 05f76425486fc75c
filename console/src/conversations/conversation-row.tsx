import type { Conversation } from '../api/objects.ts';
import { fragmentOf, type View } from '../place.ts';
import { ItemCount } from './item-count.tsx';
import { Time, timeUntil } from '../text/time.tsx';
import type { ConversationList } from './conversation-list.ts';
import type { Columns } from './columns.ts';
import { titleOf } from './title.ts';
import { Owner, Pairs } from './row-parts.tsx';

/** Ends that are nearer than this are told in the list. */
const SOON_SECONDS = 30 * 86_400;

/** A conversation in the list. Its title is the one link to it; pairs of metadata are links that filter by them. */
export function ConversationRow({
  conversation,
  index,
  list,
  query,
  view,
  columns,
  mark,
}: {
  readonly conversation: Conversation;
  readonly index: number;
  readonly list: ConversationList;
  readonly query: string;
  readonly view: View;
  readonly columns: Columns;
  /** Marks or unmarks the row, or all between it and the one before. */
  readonly mark: (isRange: boolean) => void;
}) {
  const { id, created_at, owner, item_count, last_item_at } = conversation;
  const { expires_at, forked_from: origin } = conversation;
  const { text, isId } = titleOf(conversation);
  const isMarked = list.marked.value.has(id);
  return (
    <tr aria-rowindex={index + 2} class={isMarked ? 'marked' : ''}>
      <td class="mark-cell">
        <label>
          <input
            type="checkbox"
            checked={isMarked}
            aria-label={`Mark ${text}`}
            onClick={(event) => mark(event.shiftKey)}
            onFocus={() => {
              list.current.value = index;
            }}
          />
        </label>
      </td>
      <td>
        <div class="row-line">
          <a
            data-row={index}
            class={isId ? 'row-title id' : 'row-title'}
            href={fragmentOf({ page: 'conversation', id, item: undefined })}
            title={text}
            dir="auto"
            onFocus={() => {
              list.current.value = index;
            }}
          >
            {text}
          </a>
          <span class="pairs">
            {origin !== undefined && (
              <span class="fork-mark" title={`Forked from ${origin?.conversation_id ?? 'another'}`}>
                fork
              </span>
            )}
            <Pairs conversation={conversation} page="conversations" query={query} view={view} />
            {expires_at !== undefined && endsSoon(expires_at) && (
              <span class="ends" title="It is deleted then, with its items.">
                ends {timeUntil(expires_at)}
              </span>
            )}
          </span>
        </div>
      </td>
      <ItemCount value={item_count} />
      {columns.hasOwner && <Owner name={owner} />}
      <td class="when">
        <Time at={columns.sort === 'created_at' ? created_at : (last_item_at ?? created_at)} />
      </td>
    </tr>
  );
}

function endsSoon(at: number): boolean {
  return at - Date.now() / 1000 < SOON_SECONDS;
}
