/** The part that holds have in statements: conversations under one are not deleted, and what is removed from them is kept. */

import type { SqlSyntax } from '../engine/syntax.ts';

/** Whether the conversation of a statement is under a hold. */
export const IS_HELD = `EXISTS (
      SELECT 1 FROM holds
      WHERE holds.tenant = conversations.tenant AND holds.released_at IS NULL
        AND (holds.conversation_id = conversations.id
          OR (holds.conversation_id IS NULL
            AND coalesce(holds.subject, conversations.owner) = conversations.owner)))`;

/** Keeps the items that match a condition, before they are removed from conversation `$2` of tenant `$1`, if that is held. */
export function keepItems(condition: string, syntax: SqlSyntax): string {
  const cells = 'items.position, items.id, items.type, items.data, items.created_at';
  return keep('items', cells, condition, syntax);
}

/** Keeps the responses that match a condition in the same way. */
export function keepResponses(condition: string, syntax: SqlSyntax): string {
  const data = `'{"response":' || responses.data || ',"rest":' || coalesce(responses.rest, 'null') || '}'`;
  const cells = `responses.first_output, responses.id, 'response', ${data}, responses.created_at`;
  return keep('responses', cells, condition, syntax);
}

function keep(
  table: 'items' | 'responses',
  cells: string,
  condition: string,
  { now, lockRows }: SqlSyntax,
): string {
  return `
    INSERT INTO held_items AS kept
      (tenant, conversation_id, position, id, type, data, created_at, removed_at)
    SELECT conversations.tenant, conversations.id, ${cells}, ${now}
    FROM conversations
    JOIN ${table}
      ON ${table}.tenant = conversations.tenant AND ${table}.conversation_id = conversations.id
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${IS_HELD}
      AND ${table}.tenant = $1 AND ${table}.conversation_id = $2 AND ${condition}
    ${lockRows}
    ON CONFLICT (tenant, conversation_id, position, id) DO NOTHING`;
}
