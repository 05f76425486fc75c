import { describe, expect, test } from 'vitest';
import { loadConfig, newId, type ArchiveRecord, type Store } from '../../src/index.ts';
import { openInspection } from '../../src/store/open.ts';
import { distributionOf } from '../../src/store/postgres/citus.ts';
import {
  ARCHIVED_TABLES,
  CHILD_TABLES,
  DISTRIBUTED_TABLES,
  LEDGER,
  PASSING_TABLES,
  SQLITE_SEARCH_TABLES,
  TABLES,
  TABLES_OF_CONVERSATIONS,
  type Table,
} from '../../src/store/tables.ts';
import { ordinaryRole } from '../support/postgres.ts';
import { append, key, minted, newConversation, openOn } from '../support/store.ts';
import { beginBackground, newBackground } from '../support/background.ts';
import { newResponse } from '../support/responses.ts';
import {
  KINDS,
  queryStored as query,
  storedDatabase,
  type StoredDatabase,
} from '../support/stored.ts';

type Cells = Readonly<Record<string, unknown>>;
type Kind = (typeof KINDS)[number];

const CATALOGUES: Readonly<Record<Kind, string>> = {
  SQLite: `
    SELECT tables.name AS table_name, columns.name AS column_name,
      columns."notnull" = 0 AS is_nullable, columns.pk AS key_place
    FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'`,
  PostgreSQL: `
    SELECT relname::text AS table_name, attname::text AS column_name,
      NOT attnotnull AS is_nullable, coalesce(array_position(conkey, attnum), 0) AS key_place
    FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')`,
};

/** The tables of a database as it describes them, in the form of a table of the list. */
async function describedTables(database: StoredDatabase, kind: Kind): Promise<Cells> {
  const columns = await query(database, CATALOGUES[kind]);
  const names = new Set(columns.map((column) => String(column['table_name'])));
  return Object.fromEntries(
    [...names].map((name) => {
      const own = columns.filter((column) => column['table_name'] === name);
      const primaryKey = own
        .filter((column) => Number(column['key_place']) > 0)
        .toSorted((a, b) => Number(a['key_place']) - Number(b['key_place']))
        .map((column) => column['column_name']);
      const nullable = Object.fromEntries(
        own.map((column) => [column['column_name'], Boolean(column['is_nullable'])]),
      );
      return [name, { primaryKey, nullable }];
    }),
  );
}

/** The listed tables in the same form. */
function listedTables(): Cells {
  return Object.fromEntries(
    TABLES.map(({ name, primaryKey, columns, derived }) => {
      const nullable = Object.entries({ ...columns, ...derived }).map(
        ([column, { isNullable }]) => [column, isNullable],
      );
      return [name, { primaryKey, nullable: Object.fromEntries(nullable) }];
    }),
  );
}

interface TableRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string | number | null>>;
}

/** A row of each table for a conversation, made from the kinds of its columns. */
function rowsOf(tenant: string, conversationId: string): readonly TableRow[] {
  return TABLES.map((table) => {
    const cells = Object.entries(table.columns).map(([column, { kind, isNullable }]) => {
      if (column === 'tenant') return [column, tenant];
      if (column === table.conversationColumn) return [column, conversationId];
      // A hold that lasts would keep conversations from being deleted.
      if (column === 'released_at') return [column, 1];
      if (isNullable) return [column, null];
      if (kind === 'json' || kind === 'attributes') return [column, '{}'];
      if (kind === 'flag') return [column, 1];
      // The next position of a conversation is beyond those of its items.
      if (kind === 'integer') return [column, column === 'next_position' ? 5 : 1];
      return [column, kind === 'time' ? 1 : `${column} of ${tenant}, ${conversationId}`];
    });
    return { table: table.name, row: Object.fromEntries(cells) };
  });
}

/** Stores rows of tables: those of archives as an import does, and the others past the program. */
async function storeRows(
  database: StoredDatabase,
  store: Store,
  rows: readonly TableRow[],
): Promise<void> {
  const isArchived = ({ table }: TableRow): boolean => Object.hasOwn(ARCHIVED_TABLES, table);
  // Sound: every column of an archived table has a value of its kind.
  await store.archive.write(rows.filter(isArchived) as ArchiveRecord[]);
  for (const { table, row } of rows.filter((candidate) => !isArchived(candidate))) {
    const cells = Object.values(row).map((cell) =>
      typeof cell === 'string' ? `'${cell}'` : String(cell),
    );
    await database.run(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${cells.join(', ')})`,
    );
  }
}

/** The tables that have a row of a conversation. */
async function tablesWith(
  database: StoredDatabase,
  tenant: string,
  conversationId: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, conversationColumn } of TABLES_OF_CONVERSATIONS) {
    const rows = await query(
      database,
      `SELECT 1 AS one FROM ${name} WHERE tenant = '${tenant}' AND ${conversationColumn} = '${conversationId}'`,
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** Writes a row of a table that conversations have. A new table needs its writer here. */
const WRITERS: Readonly<
  Record<string, (store: Store, conversationId: string) => Promise<unknown>>
> = {
  items: (store, conversationId) => append(store, conversationId, minted(newId('msg'))),
  responses: (store, conversationId) =>
    store.responses.add({ ...key(conversationId), response: newResponse(), token: undefined }),
  turns: (store, conversationId) => store.turns.take({ ...key(conversationId), leaseMs: 0 }),
  approved_calls: (store, conversationId) =>
    store.approvedCalls.begin({ ...key(conversationId), requestId: newId('mcpr') }),
  background_responses: (store, conversationId) =>
    store.background.queue({
      ...key(conversationId),
      response: newBackground(),
      continuesAt: undefined,
      mustBeFree: false,
    }),
  response_events: async (store, conversationId) => {
    const begun = await beginBackground(store, conversationId, newId('resp')).catch(() => null);
    if (begun !== null)
      await store.responseEvents.append({ ...begun, sequence: 0, events: ['{}'] });
  },
  held_items: async (store, conversationId) => {
    const id = newId('msg');
    await append(store, conversationId, minted(id));
    await store.holds.add({
      id: newId('hold'),
      tenant: 't',
      subject: null,
      conversationId,
      reason: 'r',
      createdAt: 1,
      releasedAt: null,
    });
    await store.conversations.deleteItem({ ...key(conversationId), itemId: id });
  },
  indexed_items: async (store, conversationId) => {
    await append(store, conversationId, minted(newId('msg')));
    await store.search.add([key(conversationId)]);
  },
  interrupted_turns: async (store, conversationId) => {
    const interrupt = { ...key(conversationId), leaseMs: 0, interrupts: true };
    await Promise.all([store.turns.take(interrupt), store.turns.take(interrupt)]);
  },
};

describe.each(KINDS)('the tables of %s', (kind) => {
  test('every table and column of the database is in the list of tables', async () => {
    await using database = await storedDatabase(kind);
    await (await openOn(database.url)).close();
    const { [LEDGER]: _ledger, ...tables } = await describedTables(database, kind);
    const others = Object.keys(tables).filter((name) => SQLITE_SEARCH_TABLES.includes(name));
    expect(new Set(others)).toEqual(new Set(kind === 'SQLite' ? SQLITE_SEARCH_TABLES : []));
    const described = Object.fromEntries(
      Object.entries(tables).filter(([name]) => !others.includes(name)),
    );
    expect(
      described,
      'src/store/tables.ts and migrations/ must agree on tables, columns, keys and nullability',
    ).toEqual(listedTables());
  });

  test('deleting a conversation empties every table of it, and of no other', async () => {
    await using database = await storedDatabase(kind);
    await using store = await openOn(database.url);
    const rows = [...rowsOf('t', 'a'), ...rowsOf('t', 'b'), ...rowsOf('u', 'a')];
    await storeRows(database, store, rows);
    const all = TABLES_OF_CONVERSATIONS.map(({ name }) => name);
    expect(await tablesWith(database, 't', 'a'), 'the test must fill every table').toEqual(all);
    expect(await store.conversations.delete(key('a'))).toBe(true);
    expect(await tablesWith(database, 't', 'a'), 'a table keeps rows').toEqual([]);
    expect(await tablesWith(database, 't', 'b')).toEqual(all);
    expect(await tablesWith(database, 'u', 'a')).toEqual(all);
  });

  test.each(CHILD_TABLES.map(({ name }) => name))(
    'a write to %s during the deletion of its conversation leaves no row',
    async (name) => {
      const write = WRITERS[name];
      if (write === undefined) throw new Error(`add a writer of ${name} to WRITERS in this file`);
      await using database = await storedDatabase(kind);
      await using store = await openOn(database.url);
      for (let round = 0; round < 30; round += 1) {
        const id = `c${round}`;
        await store.conversations.create(newConversation(id));
        await Promise.all([
          write(store, id),
          store.conversations.delete(key(id)),
          write(store, id),
          write(store, id),
        ]);
      }
      // A hold keeps the conversation, which is then no orphan's.
      const left = await query(
        database,
        `SELECT 1 AS one FROM ${name} AS child WHERE NOT EXISTS (
          SELECT 1 FROM conversations WHERE tenant = child.tenant AND id = child.conversation_id)`,
      );
      expect(left, 'a write of a row must lock the row of its conversation').toEqual([]);
    },
  );

  test('adopting a conversation moves its rows of every table to the tenant', async () => {
    await using database = await storedDatabase(kind);
    await using store = await openOn(database.url);
    await storeRows(database, store, [...rowsOf('t', 'a'), ...rowsOf('t', 'b')]);
    const adopted = await store.conversations.adopt({
      from: { tenant: 't', owner: 'owner of t, a' },
      to: { tenant: 'u', owner: 'o', attributes: {} },
      conversationId: undefined,
    });
    expect(adopted).toBe(1);
    const all = TABLES_OF_CONVERSATIONS.map(({ name }) => name);
    // The index has words of the owner, so the items wait for it anew.
    const kept = all.filter((name) => name !== PASSING_TABLES.indexed_items.name);
    expect(await tablesWith(database, 'u', 'a'), 'a table was not adopted').toEqual(kept);
    expect(await tablesWith(database, 't', 'a')).toEqual([]);
    expect(await tablesWith(database, 't', 'b')).toEqual(all);
  });

  test('an archive carries the rows of every archived table into another store', async () => {
    await using source = await storedDatabase(kind);
    await using target = await storedDatabase(kind);
    await using from = await openOn(source.url);
    await using to = await openOn(target.url);
    const rows = [...rowsOf('t', 'a'), ...rowsOf('t', 'b'), ...rowsOf('u', 'a')];
    await storeRows(source, from, rows);
    await from.archive.read({ tenant: undefined, after: undefined }, async (records) => {
      await to.archive.write(records);
    });
    for (const { name, columns, primaryKey } of TABLES) {
      const select = `SELECT ${Object.keys(columns).join(', ')} FROM ${name} ORDER BY ${primaryKey.join(', ')}`;
      const stored = await query(source, select);
      expect(stored.length, `the test must fill ${name}`).toBeGreaterThan(1);
      const archived = Object.hasOwn(ARCHIVED_TABLES, name) ? stored : [];
      expect(await query(target, select), `${name} in the archive`).toEqual(archived);
    }
  });

  test.each(CHILD_TABLES.map(({ name }) => name))(
    'a row of %s without its conversation is found by the inspection',
    async (name) => {
      await using database = await storedDatabase(kind);
      await using store = await openOn(database.url);
      const rows = rowsOf('t', 'lost').filter(({ table }) => table === name);
      await storeRows(database, store, rows);
      const { database: options } = await loadConfig({
        arguments: ['--database-url', database.url],
      });
      await using inspection = await openInspection(options);
      const { absent } = await inspection.checkPlaces({ full: true });
      expect(absent).toEqual({ count: 1, examples: ['lost'], tables: [name] });
    },
  );
});

test('texts of keys compare byte by byte in PostgreSQL, as they do in SQLite', async () => {
  await using database = await storedDatabase('PostgreSQL');
  await (await openOn(database.url)).close();
  const collated = await query(
    database,
    `SELECT relname::text AS "table", attname::text AS "column" FROM pg_class
      JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = ANY (conkey)
      JOIN pg_collation ON pg_collation.oid = attcollation
      WHERE relnamespace = current_schema()::regnamespace AND collname <> 'C'`,
  );
  expect(collated, 'a migration must give these columns COLLATE "C"').toEqual([]);
});

test('row-level security covers every table of tenants in PostgreSQL', async () => {
  await using database = await storedDatabase('PostgreSQL');
  const role = await ordinaryRole({
    ...database,
    run: async (sql) => [...(await query(database, sql))],
  });
  await (await openOn(role, '--rls', 'on')).close();
  const walled = await query(
    database,
    `SELECT relname::text AS name FROM pg_class
      JOIN pg_policy ON polrelid = pg_class.oid AND polname = 'tenant_wall'
      WHERE relrowsecurity AND relforcerowsecurity`,
  );
  expect(
    new Set(walled.map(({ name }) => name)),
    'a migration must give each of these tables the policy tenant_wall',
  ).toEqual(new Set(DISTRIBUTED_TABLES.map(({ name }) => name)));
});

test('a sharded database has all rows that name a conversation beside the conversation', () => {
  const beside = DISTRIBUTED_TABLES.filter((table) =>
    distributionOf(table)[0]?.includes("colocate_with => 'conversations'"),
  );
  const naming = TABLES.filter(
    ({ name, isReference, columns }: Table) =>
      // A key may be of no conversation.
      !['conversations', 'idempotency_keys'].includes(name) &&
      isReference !== true &&
      'conversation_id' in columns,
  );
  const names = (tables: readonly { readonly name: string }[]) =>
    new Set(tables.map(({ name }) => name));
  expect(names(beside)).toEqual(names(naming));
  expect(beside.length).toBeGreaterThan(5);
});
