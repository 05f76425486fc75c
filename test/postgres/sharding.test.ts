import { describe, expect, inject, test } from 'vitest';
import { loadConfig, type Store } from '../../src/index.ts';
import type { Driver, Read, RoundTrips, Write } from '../../src/store/engine/driver.ts';
import type { Query } from '../../src/store/engine/query.ts';
import { POSTGRES } from '../../src/store/engine/syntax.ts';
import { PostgresDriver } from '../../src/store/postgres/driver.ts';
import { SqlStore } from '../../src/store/sql-store.ts';
import { createDatabase } from '../support/postgres.ts';
import { everything, key, minted, newConversation, openOn, openSession } from '../support/store.ts';

const SHARDS = 8;

/** The tables cut up by the hash of the conversation's id, as a sharded database would distribute them. */
const CUT_UP = [
  ['conversations', 'id'],
  ['items', 'conversation_id'],
]
  .map(
    ([table, column]) => `
      ALTER TABLE ${table} RENAME TO whole_${table};
      CREATE TABLE ${table} (LIKE whole_${table} INCLUDING ALL) PARTITION BY HASH (${column});
      ${Array.from({ length: SHARDS }, (_, shard) => `CREATE TABLE ${table}_${shard} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${SHARDS}, REMAINDER ${shard});`).join('\n')}
      DROP TABLE whole_${table};`,
  )
  .join('\n');

/** 20,000 conversations of two items each. */
const FILL = `
  INSERT INTO conversations SELECT 't', 'conv_' || n, 'o' || n % 100, '{}', '{}', n, 2 FROM generate_series(1, 20000) AS n;
  INSERT INTO items SELECT 't', 'conv_' || n / 2, n % 2, 'msg_' || n, 'message', '{}', 1 FROM generate_series(2, 40001) AS n;
  ANALYZE;`;

/** A driver that writes down what it is asked. */
class RecordingDriver implements Driver {
  readonly syntax = POSTGRES;
  readonly queries: Query[] = [];
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  read(read: Read) {
    this.queries.push(read.query);
    return this.#driver.read(read);
  }

  write<Result>(write: Write<Result>): Promise<Result> {
    if (write.proof !== undefined) this.queries.push(write.proof.query);
    const recorded = (trips: RoundTrips): RoundTrips => ({
      send: (...queries) => trips.send(...this.#noted(queries)),
      finish: (...queries) => trips.finish(...this.#noted(queries)),
      script: (sql) => trips.script(sql),
    });
    return this.#driver.write({
      ...write,
      inRoundTrips: (trips) => write.inRoundTrips(recorded(trips)),
    });
  }

  gauges() {
    return this.#driver.gauges();
  }

  snapshot<Result>(work: Parameters<Driver['snapshot']>[0]): Promise<Result> {
    // Sound: the result is what `work` makes it.
    return this.#driver.snapshot(work) as Promise<Result>;
  }

  close() {
    return this.#driver.close();
  }

  #noted(queries: readonly Query[]): readonly Query[] {
    this.queries.push(...queries);
    return queries;
  }
}

const owner = { kind: 'owner', subject: 'o7' } as const;
const shared = {
  kind: 'or',
  filters: [owner, { kind: 'attribute', attribute: 'teams', values: ['a', 'b'] }],
} as const;
const reference = { kind: 'reference', id: 'msg_77' } as const;

/** Every operation of the store that is about one conversation. */
function operations(store: Store): Record<string, () => Promise<unknown>> {
  const on = (id: string) => ({ ...key(id), access: shared, readable: owner });
  const page = { limit: 20, order: 'desc', after: undefined } as const;
  const create = (id: string) =>
    store.conversations.create({
      ...newConversation(id),
      readable: owner,
      items: minted(`${id}-i`),
    });
  return {
    create: () => create('new'),
    get: () => store.conversations.get(on('conv_7')),
    getAsAnybody: () => store.conversations.get(key('conv_7')),
    getResource: () => store.conversations.getResource(on('conv_7')),
    update: () => store.conversations.update({ ...on('conv_7'), metadata: '{}' }),
    append: () =>
      store.conversations.appendItems({ ...on('conv_107'), createdAt: 1, items: minted('x', 'y') }),
    list: () => store.conversations.listItems({ ...on('conv_7'), page }),
    listAscending: () =>
      store.conversations.listItems({ ...on('conv_7'), page: { ...page, order: 'asc' } }),
    listAfter: () =>
      store.conversations.listItems({ ...on('conv_7'), page: { ...page, after: 'msg_15' } }),
    getItem: () => store.conversations.getItem({ ...on('conv_7'), itemId: 'msg_15' }),
    deleteItem: () => store.conversations.deleteItem({ ...on('conv_7'), itemId: 'msg_14' }),
    delete: () => store.conversations.delete(on('conv_207')),
  };
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Operation?: string;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe('on tables that are cut up by conversation', () => {
  test('every statement about a conversation touches the one part that has it, by an index', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await (await openOn(database.url)).close();
    await database.run(CUT_UP);
    await database.run(FILL);
    const { database: options } = await loadConfig({
      arguments: ['--database-url', database.url],
    });
    if (options.kind !== 'postgres') throw new Error('not PostgreSQL');
    const driver = new RecordingDriver(await PostgresDriver.open(options));
    const store = new SqlStore(driver);
    await using session = await openSession(database.url);
    for (const [name, operation] of Object.entries(operations(store))) {
      await operation();
      const queries = driver.queries.splice(0);
      expect(queries.length, name).toBeGreaterThan(0);
      for (const { sql, parameters } of queries) {
        const [{ 'QUERY PLAN': plans } = {}] = await session.run(
          `EXPLAIN (FORMAT JSON) ${sql}`,
          parameters,
        );
        const nodes = (plans as { Plan: Plan }[]).flatMap(({ Plan: plan }) => nodesOf(plan));
        const shards = new Set(
          nodes.flatMap((node) => /_(\d)$/.exec(node['Relation Name'] ?? '')?.[1] ?? []),
        );
        // An insertion is routed row by row, by the conversation that all its rows name.
        const isInsertion = nodes.some(({ Operation }) => Operation === 'Insert');
        if (!isInsertion || shards.size > 0) expect(shards.size, `${name}: ${sql}`).toBe(1);
        for (const node of nodes) expect(node['Node Type'], `${name}: ${sql}`).not.toBe('Seq Scan');
      }
    }
    await store.close();
  });

  test('the list of conversations, and looking up an id that a caller brings, ask every part', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await (await openOn(database.url)).close();
    await database.run(CUT_UP);
    await database.run(FILL);
    await using store = await openOn(database.url);
    const listed = await store.conversations.list({
      tenant: 't',
      access: owner,
      order: 'asc',
      limit: 3,
      cursor: undefined,
      metadata: [],
      createdFrom: undefined,
      createdUntil: undefined,
    });
    expect(listed?.entries.map(({ id }) => id)).toEqual(['conv_7', 'conv_107', 'conv_207']);
    const linked = await store.conversations.appendItems({
      ...key('conv_7'),
      readable: everything,
      createdAt: 1,
      items: [reference],
    });
    expect(linked).toMatchObject({ refused: undefined, items: [{ id: 'msg_77' }] });
  });
});
