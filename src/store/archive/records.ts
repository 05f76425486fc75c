/** Which columns each kind of archive record fills, and how rows are added to a store in the two forms of a write. */

import type { Steps, Write } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import { ArchiveConflictError, type ArchiveRecord } from '../store.ts';
import { integer } from '../engine/rows.ts';

type Kind = ArchiveRecord['kind'];
type Cells = Readonly<Record<string, string | number | null>>;

interface ArchiveTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, 'text' | 'bigint'>>;
  /** What must be the same for two rows to be one. */
  readonly identity: readonly string[];
}

const TABLES: Readonly<Record<Kind, ArchiveTable>> = {
  key: {
    name: 'api_keys',
    columns: {
      id: 'text',
      tenant: 'text',
      subject: 'text',
      attributes: 'text',
      hash: 'text',
      created_at: 'bigint',
      expires_at: 'bigint',
      revoked_at: 'bigint',
      last_used_at: 'bigint',
    },
    // When it was last used, a key in use goes on telling.
    identity: ['id', 'tenant', 'subject', 'attributes', 'hash', 'expires_at', 'revoked_at'],
  },
  conversation: {
    name: 'conversations',
    columns: {
      tenant: 'text',
      id: 'text',
      owner: 'text',
      attributes: 'text',
      metadata: 'text',
      created_at: 'bigint',
      next_position: 'bigint',
    },
    identity: ['tenant', 'id', 'owner', 'attributes', 'metadata', 'created_at', 'next_position'],
  },
  item: {
    name: 'items',
    columns: {
      tenant: 'text',
      conversation_id: 'text',
      position: 'bigint',
      id: 'text',
      type: 'text',
      data: 'text',
      created_at: 'bigint',
    },
    identity: ['tenant', 'conversation_id', 'position', 'id', 'type', 'data'],
  },
};

/** In the order in which they are added. */
const KINDS: readonly Kind[] = ['key', 'conversation', 'item'];

/** Adds what is not there yet; the result is how many that were. */
export function addRecords(records: readonly ArchiveRecord[]): Write<number> {
  const groups = KINDS.map((kind) => ({
    table: TABLES[kind],
    rows: records.filter((record) => record.kind === kind).map(cellsOf),
  })).filter(({ rows }) => rows.length > 0);
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

function addInSteps(steps: Steps, table: ArchiveTable, row: Cells): number {
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
function posted(table: ArchiveTable): string {
  const columns = Object.entries(table.columns).map(([name, type]) => `${name} ${type}`);
  return `json_to_recordset($1::json) AS posted (${[...columns, 'place bigint'].join(', ')})`;
}

function insertTogether(table: ArchiveTable, rows: readonly Cells[]): Query {
  const names = Object.keys(table.columns).join(', ');
  return {
    sql: `INSERT INTO ${table.name} (${names}) SELECT ${names} FROM ${posted(table)}
      ON CONFLICT DO NOTHING RETURNING 1 AS added`,
    parameters: [JSON.stringify(rows)],
  };
}

/** The first of the rows that does not stand in the table as it is. */
function selectDifferent(table: ArchiveTable, rows: readonly Cells[]): Query {
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

function conflict(table: ArchiveTable, row: Cells): ArchiveConflictError {
  const place =
    table === TABLES.item
      ? `position ${row['position']} of conversation ${row['conversation_id']}`
      : `${table === TABLES.key ? 'API key' : 'conversation'} ${row['id']}`;
  return new ArchiveConflictError(
    `The database has something else than the archive as ${place} of tenant ${row['tenant']}.`,
  );
}

function cellsOf(record: ArchiveRecord): Cells {
  switch (record.kind) {
    case 'key':
      return {
        id: record.id,
        tenant: record.tenant,
        subject: record.subject,
        attributes: JSON.stringify(record.attributes),
        hash: record.hash,
        created_at: record.createdAt,
        expires_at: record.expiresAt,
        revoked_at: record.revokedAt,
        last_used_at: record.lastUsedAt,
      };
    case 'conversation':
      return {
        tenant: record.tenant,
        id: record.id,
        owner: record.owner,
        attributes: JSON.stringify(record.attributes),
        metadata: record.metadata,
        created_at: record.createdAt,
        next_position: record.nextPosition,
      };
    case 'item':
      return {
        tenant: record.tenant,
        conversation_id: record.conversationId,
        position: record.position,
        id: record.id,
        type: record.type,
        data: record.data,
        created_at: record.createdAt,
      };
  }
}
