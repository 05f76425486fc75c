import { apiError } from '../../contract/errors/registry.ts';
import type { AppendRefusal, NewItem } from '../../store/conversations/port.ts';

/** Returns the error for items that were refused. */
export function refusalError(refusal: AppendRefusal, id: string, items: readonly NewItem[]): Error {
  if (refusal.refused === 'conversation_absent') return apiError('conversation_not_found', { id });
  // Of an id that the request has twice, the second item is at fault.
  const index = items.findLastIndex((item) => item.id === refusal.id);
  const param = `items[${index}].id`;
  return refusal.refused === 'item_present'
    ? apiError('item_already_in_conversation', { param })
    : apiError('referenced_item_not_found', { id: refusal.id, param });
}
