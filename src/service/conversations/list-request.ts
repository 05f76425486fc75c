import type { ListConversationsParams } from '../../store/conversations/port.ts';
import { placeOfCursor } from './activity-cursor.ts';
import { choiceParams, type ChoiceRequest } from './choice-request.ts';

/** A list of chosen conversations. */
export interface ListRequest
  extends
    ChoiceRequest,
    Pick<
      ListConversationsParams,
      'sort' | 'order' | 'limit' | 'hasDetails' | 'isTrash' | 'forkedFrom'
    > {
  readonly cursor: { readonly id: string; readonly side: 'after' | 'before' } | undefined;
}

/** Returns the list as the store reads it. */
export function listParams(
  request: ListRequest,
): Omit<ListConversationsParams, 'tenant' | 'access'> {
  const {
    sort = 'created_at',
    order,
    limit,
    hasDetails = false,
    isTrash = false,
    forkedFrom,
    cursor,
  } = request;
  const place =
    sort === 'last_item_at' && cursor !== undefined ? placeOfCursor(cursor.id) : undefined;
  return {
    ...choiceParams(request),
    sort,
    order,
    limit,
    hasDetails,
    isTrash,
    forkedFrom,
    cursor: cursor === undefined || place === undefined ? cursor : { side: cursor.side, place },
  };
}
