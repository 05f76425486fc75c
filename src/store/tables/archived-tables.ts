/** The tables of rows that an archive has. */

import {
  attributes,
  flag,
  integer,
  json,
  list,
  name,
  newer,
  nullable,
  text,
  time,
  tokens,
} from '../columns.ts';
import { ALL_RIGHTS, type ArchivedTable } from './table.ts';

const CONVERSATIONS = {
  name: 'conversations',
  conversationColumn: 'id',
  columns: {
    tenant: name,
    id: text,
    owner: text,
    created_at: time,
    next_position: integer,
    is_hidden: { ...flag, earlier: () => 0 },
    forked_from: newer(text),
    forked_at: newer(text),
    expires_at: newer(time),
    idle_ms: newer(integer),
    deleted_at: newer(time),
    purge_at: newer(time),
    attributes,
    metadata: json,
  },
  derived: {
    revision: integer,
    item_count: nullable(integer),
    item_bytes: nullable(integer),
    active_at: nullable(time),
    active_slot: integer,
    indexed_until: integer,
  },
  primaryKey: ['tenant', 'id'],
  identity: [
    'tenant',
    'id',
    'owner',
    'attributes',
    'metadata',
    'created_at',
    'next_position',
    'is_hidden',
    'forked_from',
    'forked_at',
  ],
  record: { key: 'conversation', shown: 'conversation' },
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

/** The columns of an item before its text. */
const ITEM_COLUMNS = {
  tenant: name,
  conversation_id: text,
  position: integer,
  id: text,
  type: text,
  created_at: time,
} as const;
const ITEM_IDENTITY = ['tenant', 'conversation_id', 'position', 'id', 'type', 'data'] as const;

const ITEMS = {
  name: 'items',
  conversationColumn: 'conversation_id',
  columns: { ...ITEM_COLUMNS, data: json },
  primaryKey: ['tenant', 'conversation_id', 'position'],
  identity: ITEM_IDENTITY,
  record: { key: 'item', shown: 'item' },
  largeColumn: 'data',
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

const RESPONSES = {
  name: 'responses',
  conversationColumn: 'conversation_id',
  columns: {
    tenant: name,
    conversation_id: text,
    id: text,
    created_at: time,
    status: text,
    first_output: integer,
    end_position: integer,
    input_tokens: tokens('input_tokens'),
    cached_tokens: tokens('input_tokens_details', 'cached_tokens'),
    output_tokens: tokens('output_tokens'),
    reasoning_tokens: tokens('output_tokens_details', 'reasoning_tokens'),
    data: json,
    rest: nullable(list),
    report: newer(json),
  },
  primaryKey: ['tenant', 'conversation_id', 'id'],
  identity: [
    'tenant',
    'conversation_id',
    'id',
    'created_at',
    'status',
    'first_output',
    'end_position',
    'data',
    'rest',
  ],
  record: { key: 'response', shown: 'response' },
  largeColumn: 'data',
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

/**
 * Holds, under which nothing is deleted for good. A sharded database has them on every node, since all conversations
 * are compared with them.
 */
const HOLDS = {
  name: 'holds',
  conversationColumn: undefined,
  shardColumn: 'tenant',
  isReference: true,
  columns: {
    tenant: name,
    id: text,
    subject: nullable(name),
    conversation_id: nullable(text),
    reason: text,
    created_at: time,
    released_at: nullable(time),
  },
  primaryKey: ['tenant', 'id'],
  identity: ['tenant', 'id', 'subject', 'conversation_id', 'reason', 'created_at'],
  record: { key: 'hold', shown: 'hold' },
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

/** Items, and texts of responses, that were removed from a conversation under a hold. */
const HELD_ITEMS = {
  name: 'held_items',
  conversationColumn: 'conversation_id',
  columns: { ...ITEM_COLUMNS, removed_at: time, data: json },
  primaryKey: ['tenant', 'conversation_id', 'position', 'id'],
  identity: ITEM_IDENTITY,
  record: { key: 'held_item', shown: 'held item' },
  largeColumn: 'data',
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

/** Calls of tools that were approved and begun. Without them, another store could make such a call again. */
const APPROVED_CALLS = {
  name: 'approved_calls',
  conversationColumn: 'conversation_id',
  columns: {
    tenant: name,
    conversation_id: text,
    request_id: text,
    token: text,
    created_at: time,
  },
  primaryKey: ['tenant', 'conversation_id', 'request_id'],
  identity: ['tenant', 'conversation_id', 'request_id', 'token'],
  record: { key: 'approved_call', shown: 'approved call' },
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

const API_KEYS = {
  name: 'api_keys',
  // A key is looked up before its tenant is known, so that row-level security cannot cover the table.
  conversationColumn: undefined,
  columns: {
    id: text,
    tenant: name,
    subject: name,
    attributes,
    hash: text,
    created_at: time,
    expires_at: nullable(time),
    revoked_at: nullable(time),
    last_used_at: nullable(time),
  },
  primaryKey: ['id'],
  // Without `last_used_at`, which changes while a key is in use.
  identity: ['id', 'tenant', 'subject', 'attributes', 'hash', 'expires_at', 'revoked_at'],
  record: { key: 'api_key', shown: 'API key' },
  rights: ['SELECT', 'INSERT', 'UPDATE'],
} as const satisfies ArchivedTable;

/** The tables of an archive by name, in the order in which the rows are written and added. */
export const ARCHIVED_TABLES = {
  api_keys: API_KEYS,
  holds: HOLDS,
  conversations: CONVERSATIONS,
  items: ITEMS,
  responses: RESPONSES,
  approved_calls: APPROVED_CALLS,
  held_items: HELD_ITEMS,
} as const satisfies Record<string, ArchivedTable>;

export type ArchivedTables = typeof ARCHIVED_TABLES;
