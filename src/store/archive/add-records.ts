/** Adding rows to a store, in the two forms of a write. */

import type { Steps, Write } from '../engine/driver.ts';
import type { Cell, Query } from '../engine/query.ts';
import { integer } from '../engine/rows.ts';
import { ARCHIVED_TABLES, columnList, type Table } from '../tables.ts';
import { ArchiveConflictError, type ArchiveRecord } from './port.ts';

type Cells = Readonly<Record<string, Cell>>;

/** Adds the records that are not stored yet; the result is how many were added. */
export function addRecords(records: readonly ArchiveRecord[]): Write<number> {
  const groups = Object.values<Table>(ARCHIVED_TABLES)
    .map((table) => ({
      table,
      rows: records.filter((record) => record.table === table.name).map(({ row }): Cells => row),
    }))
    .filter(({ rows }) => rows.length > 0);
  return {
    scope: { kind: 'all' },
    inSteps: (steps) => {
      let added = 0;
      for (const { table, rows } of groups) {
        for (const row of rows) added += addInSteps(steps, table, row);
      }
      return added;
    },
    inRoundTrips: async (trips) => {
      const results = await trips.send(
        ...groups.map(({ table, rows }) => insertTogether(table, rows)),
      );
      const incomplete = groups.filter(({ rows }, index) => results[index]?.length !== rows.length);
      const found = await trips.finish(
        ...incomplete.map(({ table, rows }) => selectDifferent(table, rows)),
      );
      incomplete.forEach(({ table, rows }, index) => {
        const [first] = found[index] ?? [];
        if (first !== undefined) throw conflict(table, rows[integer(first, 'place') - 1] ?? {});
      });
      return results.reduce((sum, rows) => sum + rows.length, 0);
    },
  };
}

function addInSteps(steps: Steps, table: Table, row: Cells): number {
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

/** The rows as one parameter: `posted`, with `place` counted from 1. */
function posted(table: Table): string {
  const columns = Object.entries(table.columns).map(
    ([name, { kind }]) => `${name} ${kind === 'integer' || kind === 'time' ? 'bigint' : 'text'}`,
  );
  return `json_to_recordset($1::json) AS posted (${[...columns, 'place bigint'].join(', ')})`;
}

function insertTogether(table: Table, rows: readonly Cells[]): Query {
  const names = columnList(table);
  return {
    sql: `INSERT INTO ${table.name} (${names}) SELECT ${names} FROM ${posted(table)}
      ON CONFLICT DO NOTHING RETURNING 1 AS added`,
    parameters: [JSON.stringify(rows)],
  };
}

/** Selects the place of the first row that the table does not have as it is. */
function selectDifferent(table: Table, rows: readonly Cells[]): Query {
  const same = table.identity
    .map((name) => `kept.${name} IS NOT DISTINCT FROM posted.${name}`)
    .join(' AND ');
  return {
    sql: `SELECT posted.place FROM ${posted(table)}
      WHERE NOT EXISTS (SELECT 1 FROM ${table.name} AS kept WHERE ${same})
      ORDER BY posted.place LIMIT 1`,
    parameters: [JSON.stringify(rows.map((row, index) => ({ ...row, place: index + 1 })))],
  };
}

function conflict(table: Table, row: Cells): ArchiveConflictError {
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
