/**
 * The tables of the schema. Deletion, adoption, archives, grants, row-level security, inspection and the check of
 * the schema are derived from this list. A test compares it with the tables and columns of each database.
 */

import { ARCHIVED_TABLES } from './tables/archived-tables.ts';
import { CHANGES } from './tables/changes-table.ts';
import { IDEMPOTENCY_KEYS, PASSING_TABLES } from './tables/passing-tables.ts';
import type { ArchivedTable, Table } from './tables/table.ts';

export { ARCHIVED_TABLES, type ArchivedTables } from './tables/archived-tables.ts';
export { CHANGES } from './tables/changes-table.ts';
export { PASSING_TABLES } from './tables/passing-tables.ts';
export type { ArchivedTable, RowOf, Table } from './tables/table.ts';

/** All tables but the ledger. */
export const TABLES: readonly Table[] = [
  ...Object.values(ARCHIVED_TABLES),
  IDEMPOTENCY_KEYS,
  CHANGES,
  ...Object.values(PASSING_TABLES),
];

/**
 * Tables of SQLite alone: the words of `indexed_items`, with the tables that the full-text index makes for itself, and
 * the items whose words are still to be erased. They have no tenant, and the search alone knows them.
 */
export const SQLITE_SEARCH_TABLES: readonly string[] = [
  'item_words',
  ...['data', 'idx', 'docsize', 'config'].map((part) => `item_words_${part}`),
  'words_to_erase',
  'word_erasures',
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
  (table) => table.name !== ARCHIVED_TABLES.conversations.name,
);

/** The tables of the rows that follow a conversation in an archive. */
export const ARCHIVED_CHILD_TABLES: readonly ConversationTable<ArchivedTable>[] =
  Object.values<ArchivedTable>(ARCHIVED_TABLES)
    .filter(isOfConversations)
    .filter((table) => table.name !== ARCHIVED_TABLES.conversations.name);

/** The rights that serving takes, as pairs of a table and a right. */
export const SERVING_RIGHTS: readonly (readonly [table: string, right: string])[] = TABLES.flatMap(
  (table) => table.rights.map((right) => [table.name, right] as const),
);

/** The columns of a table as SQL lists them. */
export function columnList({ columns }: Pick<Table, 'columns'>): string {
  return Object.keys(columns).join(', ');
}
