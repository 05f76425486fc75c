/** Conversion of rows into the records of the port. */

import type { Row } from '../engine/query.ts';
import { cell, integer, text, textOrNull } from '../engine/rows.ts';
import type { ConversationRecord, ItemRecord } from './port.ts';

export function toConversation(row: Row): ConversationRecord {
  const source = textOrNull(row, 'forked_from');
  return {
    id: text(row, 'id'),
    metadata: text(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
    revision: integer(row, 'revision'),
    ...(source !== null && {
      forkedFrom: { conversationId: source, itemId: textOrNull(row, 'forked_at') },
    }),
  };
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
