/** Conversion of rows into the records of the port. */

import type { Row, Value } from '../engine/query.ts';
import { cell, integer, integerOrNull, text } from '../engine/rows.ts';
import type { ConversationRecord, ItemRecord, NewExpiry } from './port.ts';

export function toConversation(row: Row): ConversationRecord {
  return {
    id: text(row, 'id'),
    metadata: text(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
    ...expiryOf(row),
    ...deletionOf(row),
  };
}

function expiryOf(row: Row): Pick<ConversationRecord, 'expiry'> {
  const expiresAt = integerOrNull(row, 'expires_at');
  if (expiresAt === null) return {};
  const idleMs = integerOrNull(row, 'idle_ms');
  const activeAt = integerOrNull(row, 'active_at') ?? integer(row, 'created_at');
  return {
    expiry: { expiresAt: idleMs === null ? expiresAt : activeAt + idleMs, idleMs, activeAt },
  };
}

function deletionOf(row: Row): Pick<ConversationRecord, 'deletion'> {
  const deletedAt = integerOrNull(row, 'deleted_at');
  if (deletedAt === null) return {};
  return { deletion: { deletedAt, purgeAt: integerOrNull(row, 'purge_at') ?? deletedAt } };
}

export function toItem(row: Row): ItemRecord {
  return { id: text(row, 'id'), type: text(row, 'type'), data: text(row, 'data') };
}

/** Returns those of the items `ids` that rows have, in the order of the ids. A row without an item has a null id. */
export function itemsIn(rows: readonly Row[], ids: readonly string[]): readonly ItemRecord[] {
  const found = new Map(
    rows.filter((row) => cell(row, 'id') !== null).map((row) => [text(row, 'id'), toItem(row)]),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Returns the milliseconds after the creation, and after the last item, of which one or both are null. */
export function msAfter(expiry: NewExpiry | null): readonly Value[] {
  if (expiry === null) return [null, null];
  const { anchor, afterMs } = expiry;
  return anchor === 'created_at' ? [afterMs, null] : [null, afterMs];
}
