/**
 * Texts of copies of items. A request for an approval loses the mark of the response that has made it: only the original
 * can be approved, by those who may change its conversation.
 */

import type { ItemRecord } from './port.ts';

const MARKED_TYPE = 'mcp_approval_request';
/** The mark in the JSON text, where it is never the first field. In a string, its quotation marks are escaped. */
const MARK = ',"issued_here":true';

/** The text of a copy in SQL, from the columns of the item. */
export const COPIED_DATA = `CASE WHEN type = '${MARKED_TYPE}' THEN replace(data, '${MARK}', '') ELSE data END`;

/** Returns an item as its copy has it. */
export function copied<Item extends Pick<ItemRecord, 'type' | 'data'>>(item: Item): Item {
  return item.type === MARKED_TYPE ? { ...item, data: item.data.replace(MARK, '') } : item;
}
