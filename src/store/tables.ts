/**
 * The tables of the schema. Deletion, adoption, archives, grants, row-level security, inspection and the check of
 * the schema are derived from this list. A test compares it with the tables and columns of each database.
 */

import {
  attributes,
  flag,
  integer,
  json,
  list,
  name,
  nullable,
  text,
  time,
  tokens,
  type Column,
} from './columns.ts';

export interface Table {
  readonly name: string;
  /** The column with the conversation's id; `undefined` for a table of no conversation. */
  readonly conversationColumn: string | undefined;
  /** The column by which a sharded database distributes a table of no conversation; left out for one that it does not. */
  readonly shardColumn?: string;
  /** Columns in the order of an archive's lines. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly primaryKey: readonly string[];
  /** Rights that serving takes. */
  readonly rights: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
}

/** A table of rows that an archive has. */
export interface ArchivedTable extends Table {
  /** Columns in which an archived row and a stored one must agree to be the same row. */
  readonly identity: readonly string[];
  /** The name of a row in an archive's lines and in messages. */
  readonly record: { readonly key: string; readonly shown: string };
  /** A column of texts that may be large, by which batches are bounded. */
  readonly largeColumn?: string;
}

const ALL_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

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
    attributes,
    metadata: json,
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
  ],
  record: { key: 'conversation', shown: 'conversation' },
  rights: ALL_RIGHTS,
} as const satisfies ArchivedTable;

const ITEMS = {
  name: 'items',
  conversationColumn: 'conversation_id',
  columns: {
    tenant: name,
    conversation_id: text,
    position: integer,
    id: text,
    type: text,
    created_at: time,
    data: json,
  },
  primaryKey: ['tenant', 'conversation_id', 'position'],
  identity: ['tenant', 'conversation_id', 'position', 'id', 'type', 'data'],
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
const IDEMPOTENCY_KEYS = {
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

/** The tables of rows that mean nothing in another store, by name. */
export const PASSING_TABLES = {
  turns: TURNS,
  background_responses: BACKGROUND_RESPONSES,
  response_events: RESPONSE_EVENTS,
  interrupted_turns: INTERRUPTED_TURNS,
} as const satisfies Record<string, Table>;

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
  conversations: CONVERSATIONS,
  items: ITEMS,
  responses: RESPONSES,
  approved_calls: APPROVED_CALLS,
} as const satisfies Record<string, ArchivedTable>;

export type ArchivedTables = typeof ARCHIVED_TABLES;

/** A row by its columns, as it is stored. */
export type RowOf<Of extends Table> = {
  readonly [Name in keyof Of['columns']]: Of['columns'][Name] extends Column<infer Stored>
    ? Stored
    : never;
};

/** All tables but the ledger. */
export const TABLES: readonly Table[] = [
  ...Object.values(ARCHIVED_TABLES),
  IDEMPOTENCY_KEYS,
  ...Object.values(PASSING_TABLES),
];

/** The ledger of migrations, which no archive has and only migrations write. */
export const LEDGER = 'schema_migrations';

/** The names of all tables. */
export const TABLE_NAMES: readonly string[] = [LEDGER, ...TABLES.map((table) => table.name)];

/** A table of rows that belong to a conversation. */
export type ConversationTable<Of extends Table = Table> = Of & {
  readonly conversationColumn: string;
};

function isOfConversations<Of extends Table>(table: Of): table is ConversationTable<Of> {
  return table.conversationColumn !== undefined;
}

/** The archived tables of no conversation. */
export const TABLES_WITHOUT_CONVERSATION: readonly ArchivedTable[] = Object.values<ArchivedTable>(
  ARCHIVED_TABLES,
).filter((table) => !isOfConversations(table));

/** The tables of rows that belong to a conversation, the conversations themselves first. */
export const TABLES_OF_CONVERSATIONS: readonly ConversationTable[] =
  TABLES.filter(isOfConversations);

/** A table that a sharded database distributes. */
export interface DistributedTable extends Table {
  readonly shardColumn: string;
}

/** The tables that a sharded database distributes, the conversations first. Row-level security covers them. */
export const DISTRIBUTED_TABLES: readonly DistributedTable[] = TABLES.flatMap((table) => {
  const shardColumn = table.shardColumn ?? table.conversationColumn;
  return shardColumn === undefined ? [] : [{ ...table, shardColumn }];
});

/** The tables of rows that a conversation has, which go where it goes. */
export const CHILD_TABLES: readonly ConversationTable[] = TABLES_OF_CONVERSATIONS.filter(
  (table) => table.name !== CONVERSATIONS.name,
);

/** The tables of the rows that follow a conversation in an archive. */
export const ARCHIVED_CHILD_TABLES: readonly ConversationTable<ArchivedTable>[] =
  Object.values<ArchivedTable>(ARCHIVED_TABLES)
    .filter(isOfConversations)
    .filter((table) => table.name !== CONVERSATIONS.name);

/** The rights that serving takes, as pairs of a table and a right. */
export const SERVING_RIGHTS: readonly (readonly [table: string, right: string])[] = TABLES.flatMap(
  (table) => table.rights.map((right) => [table.name, right] as const),
);

/** The columns of a table as SQL lists them. */
export function columnList({ columns }: Pick<Table, 'columns'>): string {
  return Object.keys(columns).join(', ');
}
