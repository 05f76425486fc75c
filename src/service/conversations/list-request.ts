import { firstMsAfter, firstMsOf } from '../../base/seconds.ts';
import type { ListConversationsParams } from '../../store/conversations/port.ts';
import type { ConversationChoice } from '../../store/conversations/choice.ts';
import { placeOfCursor } from './activity-cursor.ts';

/** Choice of conversations to list. Times are in Unix seconds, all exclusive. */
export interface ListRequest extends Pick<
  ListConversationsParams,
  'sort' | 'order' | 'limit' | 'hasDetails' | 'isTrash' | 'forkedFrom' | keyof ConversationChoice
> {
  readonly cursor: { readonly id: string; readonly side: 'after' | 'before' } | undefined;
  readonly createdAfter: number | undefined;
  readonly createdBefore: number | undefined;
  readonly lastItemAfter: number | undefined;
  readonly lastItemBefore: number | undefined;
}

/** Returns the list as the store reads it. */
export function listParams(
  request: ListRequest,
): Omit<ListConversationsParams, 'tenant' | 'access'> {
  const { createdAfter, createdBefore, lastItemAfter, lastItemBefore, cursor, ...rest } = request;
  const place =
    rest.sort === 'last_item_at' && cursor !== undefined ? placeOfCursor(cursor.id) : undefined;
  return {
    ...rest,
    cursor: cursor === undefined || place === undefined ? cursor : { side: cursor.side, place },
    createdFrom: ifGiven(createdAfter, firstMsAfter),
    createdUntil: ifGiven(createdBefore, firstMsOf),
    lastItemFrom: ifGiven(lastItemAfter, firstMsAfter),
    lastItemUntil: ifGiven(lastItemBefore, firstMsOf),
  };
}

function ifGiven(second: number | undefined, toMs: (second: number) => number): number | undefined {
  return second === undefined ? undefined : toMs(second);
}
