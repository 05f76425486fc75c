/** Conversion of rows into the records of the port. */

import type { Row } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import type { ConversationRecord, ItemRecord } from './port.ts';

export function toConversation(row: Row): ConversationRecord {
  return {
    id: text(row, 'id'),
    metadata: text(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
  };
}

export function toItem(row: Row): ItemRecord {
  return { id: text(row, 'id'), type: text(row, 'type'), data: text(row, 'data') };
}
