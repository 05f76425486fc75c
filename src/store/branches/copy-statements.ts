/** Statements that copy items. `$1` is the tenant and `$2` the conversation that is copied, unless a comment names it otherwise. */

import { COPIED_DATA } from '../conversations/copied-text.ts';
import { ITEM_COLUMNS } from '../conversations/statements.ts';
import type { SqlSyntax } from '../engine/syntax.ts';

/** Selects a conversation to copy, which is then not deleted before the copy is whole. */
export function selectSource(where: string, { lockShared }: SqlSyntax): string {
  return `
    SELECT id FROM conversations WHERE tenant = $1 AND id = $2 AND ${where}
    ${lockShared}`;
}

/** In a database without shards: copies the items before position `$4`, at their positions, into conversation `$3`. */
export const COPY_ITEMS = `
  INSERT INTO items (${ITEM_COLUMNS})
  SELECT tenant, $3, position, id, type, ${COPIED_DATA}, created_at FROM items
  WHERE tenant = $1 AND conversation_id = $2 AND position < $4`;

/** The columns that differ between the items of a conversation. */
export const COPIED_COLUMNS = [
  { name: 'position', isNumber: true },
  { name: 'id', isNumber: false },
  { name: 'type', isNumber: false },
  { name: 'data', isNumber: false },
  { name: 'created_at', isNumber: true },
] as const;

const COPIED = COPIED_COLUMNS.map(({ name }) => name).join(', ');

/** Selects at most `$5` items from position `$3` on, up to position `$4`. */
export const SELECT_ITEMS_TO_COPY = `
  SELECT position, id, type, ${COPIED_DATA} AS data, created_at FROM items
  WHERE tenant = $1 AND conversation_id = $2 AND position >= $3 AND position < $4
  ORDER BY position
  LIMIT $5`;

/** Inserts items of which the columns are lists from `$3` on, in the shard of the conversation. */
export const INSERT_COPIES = `
  INSERT INTO items (tenant, conversation_id, ${COPIED})
  SELECT conversations.tenant, conversations.id, ${COPIED_COLUMNS.map(({ name }) => `copied.${name}`).join(', ')}
  FROM conversations, unnest(${COPIED_COLUMNS.map(
    ({ isNumber }, index) => `$${index + 3}::text[]${isNumber ? '::bigint[]' : ''}`,
  ).join(', ')}) AS copied (${COPIED})
  WHERE conversations.tenant = $1 AND conversations.id = $2`;
