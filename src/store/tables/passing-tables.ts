/** The tables of rows that mean nothing in another store. */

import { flag, integer, json, list, name, nullable, text, time } from '../columns.ts';
import { ALL_RIGHTS, type Table } from './table.ts';

/** Turns that run now. An archive would have them after they have ended. */
const TURNS = {
  name: 'turns',
  conversationColumn: 'conversation_id',
  columns: { tenant: name, conversation_id: text, token: text, expires_at: time },
  primaryKey: ['tenant', 'conversation_id'],
  rights: ALL_RIGHTS,
} as const satisfies Table;

/**
 * Keys under which clients repeat requests, and what their requests have stored. The conversation of a row may be gone:
 * then the repetition finds that it is.
 */
export const IDEMPOTENCY_KEYS = {
  name: 'idempotency_keys',
  conversationColumn: undefined,
  shardColumn: 'id',
  columns: {
    tenant: name,
    id: text,
    request: text,
    conversation_id: nullable(text),
    item_ids: nullable(list),
    response_id: nullable(text),
    token: nullable(text),
    awaited_at: nullable(time),
    expires_at: time,
  },
  primaryKey: ['tenant', 'id'],
  rights: ALL_RIGHTS,
} as const satisfies Table;

/** Responses that are being made. Another store has other processes, and no model server to ask. */
const BACKGROUND_RESPONSES = {
  name: 'background_responses',
  conversationColumn: 'conversation_id',
  columns: {
    tenant: name,
    conversation_id: text,
    id: text,
    created_at: time,
    continues_at: nullable(integer),
    is_streamed: flag,
    token: nullable(text),
    // Of an earlier design. Nothing reads or writes these two.
    keeper: nullable(text),
    kept_until: nullable(time),
    request: json,
  },
  primaryKey: ['tenant', 'conversation_id', 'id'],
  rights: ALL_RIGHTS,
} as const satisfies Table;

/** Events that clients may still want after a lost connection. They are deleted after minutes. */
const RESPONSE_EVENTS = {
  name: 'response_events',
  conversationColumn: 'conversation_id',
  columns: {
    tenant: name,
    conversation_id: text,
    response_id: text,
    sequence: integer,
    next_sequence: integer,
    created_at: time,
    bytes: integer,
    events: text,
  },
  primaryKey: ['tenant', 'conversation_id', 'response_id', 'sequence'],
  rights: ALL_RIGHTS,
} as const satisfies Table;

/** Turns that were ended for another one, until their holders have noticed. */
const INTERRUPTED_TURNS = {
  name: 'interrupted_turns',
  conversationColumn: 'conversation_id',
  columns: { tenant: name, conversation_id: text, token: text, created_at: time },
  primaryKey: ['tenant', 'conversation_id', 'token'],
  rights: ALL_RIGHTS,
} as const satisfies Table;

/** Items in the index of words, which a store makes by itself. */
const INDEXED_ITEMS = {
  name: 'indexed_items',
  conversationColumn: 'conversation_id',
  columns: { tenant: name, conversation_id: text, position: integer, doc: integer, words: text },
  primaryKey: ['tenant', 'conversation_id', 'position'],
  rights: ALL_RIGHTS,
} as const satisfies Table;

/** The tables of rows that mean nothing in another store, by name. */
export const PASSING_TABLES = {
  turns: TURNS,
  background_responses: BACKGROUND_RESPONSES,
  response_events: RESPONSE_EVENTS,
  interrupted_turns: INTERRUPTED_TURNS,
  indexed_items: INDEXED_ITEMS,
} as const satisfies Record<string, Table>;
