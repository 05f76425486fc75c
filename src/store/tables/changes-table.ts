/** The table of recorded changes, which mean nothing in another store. */

import { attributes, integer, nullable, name, text, time } from '../columns.ts';
import { ALL_RIGHTS, type Table } from './table.ts';

/** It is not a table of the conversation's rows: a deletion outlives its conversation. */
export const CHANGES = {
  name: 'changes',
  conversationColumn: undefined,
  shardColumn: 'conversation_id',
  columns: {
    tenant: name,
    conversation_id: text,
    revision: integer,
    next_position: integer,
    type: text,
    item_id: nullable(text),
    position: nullable(integer),
    owner: nullable(text),
    attributes: nullable(attributes),
    changed_at: time,
  },
  primaryKey: ['tenant', 'conversation_id', 'revision'],
  rights: ALL_RIGHTS,
} as const satisfies Table;
