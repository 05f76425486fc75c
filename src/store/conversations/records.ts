/** Conversion of rows into the records of the port. */

import type { Row, Value } from '../engine/query.ts';
import { attributes, cell, integer, integerOrNull, text, textOrNull } from '../engine/rows.ts';
import type {
  ActivityPlace,
  ConversationDetails,
  ConversationRecord,
  ItemRecord,
  ListConversationsParams,
  ListedItem,
  ListItemsParams,
  NewExpiry,
} from './port.ts';

export function toConversation(row: Row): ConversationRecord {
  const source = textOrNull(row, 'forked_from');
  return {
    id: text(row, 'id'),
    metadata: text(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
    ...expiryOf(row),
    ...deletionOf(row),
    revision: integer(row, 'revision'),
    ...(source !== null && {
      forkedFrom: { conversationId: source, itemId: textOrNull(row, 'forked_at') },
    }),
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

/** Returns the expiry of a conversation that has just been made. */
export function newExpiry(
  expiry: NewExpiry | undefined,
  createdAt: number,
): Pick<ConversationRecord, 'expiry'> {
  if (expiry === undefined) return {};
  const { anchor, afterMs } = expiry;
  const idleMs = anchor === 'created_at' ? null : afterMs;
  return { expiry: { expiresAt: createdAt + afterMs, idleMs, activeAt: createdAt } };
}

function deletionOf(row: Row): Pick<ConversationRecord, 'deletion'> {
  const deletedAt = integerOrNull(row, 'deleted_at');
  if (deletedAt === null) return {};
  return { deletion: { deletedAt, purgeAt: integerOrNull(row, 'purge_at') ?? deletedAt } };
}

/** Returns the conversion of the rows of a list, or of one conversation. */
export function toListedConversation({
  hasDetails = false,
  sort = 'created_at',
}: Pick<ListConversationsParams, 'hasDetails' | 'sort'>): (row: Row) => ConversationRecord {
  if (!hasDetails && sort === 'created_at') return toConversation;
  return (row) => ({
    ...toConversation(row),
    ...(hasDetails && { details: toDetails(row) }),
    ...(sort === 'last_item_at' && { activity: toPlace(row) }),
  });
}

function toDetails(row: Row): ConversationDetails {
  return {
    owner: text(row, 'owner'),
    attributes: attributes(row),
    itemCount: integerOrNull(row, 'item_count'),
    lastItemAt: integerOrNull(row, 'active_at'),
  };
}

function toPlace(row: Row): ActivityPlace {
  const at = integerOrNull(row, 'active_at') ?? integer(row, 'created_at');
  return { id: text(row, 'id'), slot: integer(row, 'active_slot'), at };
}

export function toItem(row: Row): ItemRecord {
  return { id: text(row, 'id'), type: text(row, 'type'), data: text(row, 'data') };
}

/** Returns the conversion of the rows of a page. */
export function toListed({
  hasPlacements = false,
  mostBytes,
}: Pick<ListItemsParams, 'hasPlacements' | 'mostBytes'>): (row: Row) => ListedItem {
  if (!hasPlacements && mostBytes === undefined) return toItem;
  return (row) => {
    const bytes = mostBytes === undefined ? 0 : integer(row, 'bytes');
    const placement = hasPlacements
      ? { position: integer(row, 'position'), createdAt: integer(row, 'created_at') }
      : undefined;
    return {
      ...toItem(row),
      ...(placement !== undefined && { placement }),
      ...(bytes > (mostBytes ?? bytes) && { cutFrom: bytes }),
    };
  };
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
