/** What a conversation keeps about its items: how many there are, their bytes, and the time of the last one. */

import { keyOf } from './access-condition.ts';
import type { ConversationKey, ItemRecord } from './port.ts';
import type { Query, Value } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';

/** A slot of activity is 2^20 milliseconds long, about 17 minutes. */
const SLOT_MS = 1_048_576;

/** Returns the number of the slot of a time. */
export function slotOf(time: number): number {
  return Math.floor(time / SLOT_MS);
}

/** Returns the UTF-8 bytes of the items' JSON. */
export function bytesOf(items: readonly Pick<ItemRecord, 'data'>[]): number {
  return items.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
}

/** Columns of the counts, in the order of {@link firstCounts}. */
export const COUNT_COLUMNS = 'item_count, item_bytes, active_at, active_slot';

/** Returns the counts of a conversation that is made with these items at `createdAt`. */
export function firstCounts(
  items: readonly Pick<ItemRecord, 'data'>[],
  createdAt: number,
): readonly Value[] {
  const activeAt = items.length === 0 ? null : createdAt;
  return [items.length, bytesOf(items), activeAt, slotOf(createdAt)];
}

/** The three parameters of {@link grown}: how many items are added, their bytes, and when. */
export function growthOf(
  items: readonly Pick<ItemRecord, 'data'>[],
  createdAt: number,
): readonly [items: number, bytes: number, activeAt: number | null] {
  return [items.length, bytesOf(items), items.length === 0 ? null : createdAt];
}

/** The change of a conversation's row that gets items, with the parameters of {@link growthOf} from `$first` on. */
export function grown(first: number): string {
  const [items, bytes, at] = [first, first + 1, first + 2].map(
    (number) => `CAST($${number} AS BIGINT)`,
  );
  return `revision = revision + 1, next_position = next_position + ${items},
      item_count = item_count + ${items}, item_bytes = item_bytes + ${bytes},
      active_at = coalesce(${at}, active_at)`;
}

/** The change of `active_slot` that belongs to {@link grown}. A row that is not counted yet stays so. */
export function movedSlot(first: number): string {
  const at = `CAST($${first + 2} AS BIGINT)`;
  return `active_slot = CASE WHEN active_slot = 0 THEN 0 ELSE coalesce(${at} / ${SLOT_MS}, active_slot) END`;
}

/** Step by step: moves a conversation to slot `$3`. SQLite writes the index of a column that is set, even to the same. */
export function moveToSlot(key: ConversationKey, slot: number): Query {
  return {
    sql: 'UPDATE conversations SET active_slot = $3 WHERE tenant = $1 AND id = $2',
    parameters: [...keyOf(key), slot],
  };
}

/**
 * Takes the items that match `condition` off the counts of the conversation. No row changes when there are none. It
 * precedes their deletion, in a transaction that has locked the conversation.
 */
export function shrunk(condition: string, where: string): string {
  const those = `FROM items WHERE tenant = $1 AND conversation_id = $2 AND ${condition}`;
  return `
    UPDATE conversations SET revision = revision + 1,
      item_count = item_count - (SELECT count(*) ${those}),
      item_bytes = item_bytes - (SELECT sum(octet_length(data)) ${those})
    WHERE tenant = $1 AND id = $2 AND ${where} AND EXISTS (SELECT 1 ${those})`;
}

/** Counts the items of a conversation that the transaction has made. */
export const COUNT_ITEMS = `
  UPDATE conversations SET
    item_count = (SELECT count(*) FROM items WHERE tenant = $1 AND conversation_id = $2),
    item_bytes = (SELECT coalesce(sum(octet_length(data)), 0) FROM items WHERE tenant = $1 AND conversation_id = $2)
  WHERE tenant = $1 AND id = $2`;

/** Forgets the counts of conversations of a tenant, to which rows were added at any position: a job counts them anew. */
export function forgetCounts(tenant: string, ids: readonly string[], syntax: SqlSyntax): Query {
  return {
    sql: `
      UPDATE conversations SET revision = revision + 1, item_count = NULL, item_bytes = NULL,
        active_slot = 0, indexed_until = 0
      WHERE tenant = $1 AND ${syntax.isOneOf('id', ids, () => '$2')}`,
    parameters: [tenant, ids],
  };
}
