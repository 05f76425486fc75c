/** Adding rows to a store, in the two forms of a write. */

import type { Steps, Write } from '../engine/driver.ts';
import type { Cell, Query } from '../engine/query.ts';
import { integer } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { forgetCounts } from '../conversations/counts.ts';
import { ARCHIVED_TABLES, columnList, type ArchivedTable } from '../tables.ts';
import { ArchiveConflictError, type ArchiveRecord } from './port.ts';

type Cells = Readonly<Record<string, Cell>>;

/** Adds the records that are not stored yet; the result is how many were added. */
export function addRecords(records: readonly ArchiveRecord[], syntax: SqlSyntax): Write<number> {
  const groups = Object.values<ArchivedTable>(ARCHIVED_TABLES)
    .map((table) => ({
      table,
      rows: records.filter((record) => record.table === table.name).map(({ row }): Cells => row),
    }))
    .filter(({ rows }) => rows.length > 0);
  const forget = forgetCountsOf(records, syntax);
  return {
    scope: { kind: 'all' },
    inSteps: (steps) => {
      let added = 0;
      for (const { table, rows } of groups) {
        for (const row of rows) added += addInSteps(steps, table, row);
      }
      if (added > 0) for (const query of forget) steps.run(query);
      return added;
    },
    inRoundTrips: async (trips) => {
      const results = await trips.send(
        ...groups.map(({ table, rows }) => insertTogether(table, rows)),
      );
      const added = results.reduce((sum, rows) => sum + rows.length, 0);
      const incomplete = groups.filter(({ rows }, index) => results[index]?.length !== rows.length);
      const found = await trips.finish(
        ...incomplete.map(({ table, rows }) => selectKept(table, rows)),
        ...(added > 0 ? forget : []),
      );
      incomplete.forEach(({ table, rows }, index) => {
        const kept = new Set((found[index] ?? []).map((row) => integer(row, 'place')));
        const different = rows.find((_, place) => !kept.has(place));
        if (different !== undefined) throw conflict(table, different);
      });
      return added;
    },
  };
}

/** Forgets the counts of the conversations of items. */
function forgetCountsOf(records: readonly ArchiveRecord[], syntax: SqlSyntax): readonly Query[] {
  const ids = new Map<string, Set<string>>();
  for (const record of records) {
    if (record.table !== 'items') continue;
    const { tenant, conversation_id: id } = record.row;
    ids.set(tenant, (ids.get(tenant) ?? new Set()).add(id));
  }
  return [...ids].map(([tenant, ofTenant]) => forgetCounts(tenant, [...ofTenant], syntax));
}

function addInSteps(steps: Steps, table: ArchivedTable, row: Cells): number {
  const names = Object.keys(table.columns);
  const values = names.map((_, index) => `$${index + 1}`);
  const added = steps.run({
    sql: `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${values.join(', ')}) ON CONFLICT DO NOTHING`,
    parameters: names.map((name) => row[name] ?? null),
  });
  if (added > 0) return added;
  const same = table.identity.map((name, index) => `${name} IS NOT DISTINCT FROM $${index + 1}`);
  const kept = steps.get({
    sql: `SELECT 1 AS kept FROM ${table.name} WHERE ${same.join(' AND ')}`,
    parameters: table.identity.map((name) => row[name] ?? null),
  });
  if (kept === undefined) throw conflict(table, row);
  return 0;
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'flag', 'time']);

/** The rows as one parameter: `posted`, with `place` counted from 0. */
function posted(table: ArchivedTable): string {
  const columns = Object.entries(table.columns).map(
    ([name, { kind }]) => `${name} ${NUMBERS.has(kind) ? 'bigint' : 'text'}`,
  );
  return `json_to_recordset($1::json) AS posted (${[...columns, 'place bigint'].join(', ')})`;
}

function insertTogether(table: ArchivedTable, rows: readonly Cells[]): Query {
  const names = columnList(table);
  return {
    sql: `INSERT INTO ${table.name} (${names}) SELECT ${names} FROM ${posted(table)}
      ${onConflict(table)} RETURNING 1 AS added`,
    parameters: [JSON.stringify(rows)],
  };
}

/** Leaves a row that is there as it is. One of a conversation is locked: its deletion waits for what belongs to it. */
function onConflict({ name, primaryKey }: ArchivedTable): string {
  const isConversations = name === ARCHIVED_TABLES.conversations.name;
  return isConversations
    ? `ON CONFLICT (${primaryKey.join(', ')}) DO UPDATE SET tenant = EXCLUDED.tenant WHERE FALSE`
    : 'ON CONFLICT DO NOTHING';
}

/** Selects the places of the rows that the table has as they are. */
function selectKept(table: ArchivedTable, rows: readonly Cells[]): Query {
  const same = table.identity.map((name) => {
    const isNullable = table.columns[name]?.isNullable === true;
    // Only an equality can use an index.
    return `kept.${name} ${isNullable ? 'IS NOT DISTINCT FROM' : '='} posted.${name}`;
  });
  return {
    sql: `SELECT posted.place FROM ${posted(table)} JOIN ${table.name} AS kept ON ${same.join(' AND ')}`,
    parameters: [JSON.stringify(rows.map((row, place) => ({ ...row, place })))],
  };
}

function conflict(table: ArchivedTable, row: Cells): ArchiveConflictError {
  const { conversationColumn, primaryKey, record } = table;
  // A row of a conversation is named by what follows the tenant and the conversation in its key.
  const rest = primaryKey.filter((column) => column !== 'tenant' && column !== conversationColumn);
  const place =
    conversationColumn === undefined || rest.length === 0
      ? `${record.shown} ${row['id']}`
      : `${rest.map((column) => `${column} ${row[column]}`).join(', ')} of conversation ${row[conversationColumn]}`;
  return new ArchiveConflictError(
    `The database has something else than the archive as ${place} of tenant ${row['tenant']}.`,
  );
}
