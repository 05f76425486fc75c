import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RowFilter } from '../../src/index.ts';
import { FilteredStatements } from '../../src/store/conversations/access-condition.ts';
import { conversationsPage } from '../../src/store/conversations/page.ts';
import { SELECT_UNCOUNTED } from '../../src/store/counts/statements.ts';
import type { Query } from '../../src/store/engine/query.ts';
import { POSTGRES } from '../../src/store/engine/syntax.ts';
import { selectResponse } from '../../src/store/responses/statements.ts';
import { createDatabase, type PostgresDatabase } from '../support/postgres.ts';
import { everything, openOn } from '../support/store.ts';

/** 80,000 conversations of 100 owners, all but every tenth hidden and with a response. */
const FILL = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden)
  SELECT 't', 'conv_' || n, 'owner-' || n % 100, '{}', '{}', n, 0, (n % 10 <> 0)::int
  FROM generate_series(1, 80000) AS n;
  INSERT INTO responses SELECT tenant, 'conv_' || n, 'resp_' || n, 1, 'completed', 0, 0, '{}'
  FROM conversations, generate_series(1, 80000) AS n WHERE id = 'conv_' || n;`;

const FILTERS: readonly [string, RowFilter, string][] = [
  ['everything', everything, 'conversations_by_time'],
  ['an owner', { kind: 'owner', subject: 'owner-10' }, 'conversations_by_owner'],
];

const FIRST_PAGE = {
  tenant: 't',
  limit: 20,
  metadata: [],
  createdFrom: undefined,
  createdUntil: undefined,
} as const;

describe.each(['without', 'with'])('%s statistics', (statistics) => {
  let database: PostgresDatabase;
  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'));
    await (await openOn(database.url)).close();
    await database.run(FILL);
    if (statistics === 'with') await database.run('ANALYZE');
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function plan({ sql, parameters }: Query): Promise<string> {
    const rows = await database.run(`EXPLAIN ${sql}`, parameters);
    return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
  }

  test.each(FILTERS)(
    'a list of conversations, filtered by %s, reads one index without hidden ones and sorts nothing',
    async (_name, access, index) => {
      for (const order of ['asc', 'desc'] as const) {
        for (const cursor of [undefined, { id: 'conv_500', side: 'after' } as const]) {
          const query = conversationsPage(
            {
              ...FIRST_PAGE,
              access,
              order,
              cursor,
            },
            POSTGRES,
          );
          const text = await plan(query);
          expect(text, query.sql).toContain(index);
          expect(text, query.sql).not.toMatch(/\bSort\b|Seq Scan|Filter: .*is_hidden/);
        }
      }
    },
  );

  test('conversations that are not counted yet are found through an index of them', async () => {
    const text = await plan({ sql: SELECT_UNCOUNTED, parameters: ['', '', 20] });
    expect(text).toContain('conversations_uncounted');
    expect(text).not.toMatch(/Sort|Seq Scan|Bitmap/);
  });

  test('a list by activity reads one index, and sorts no more than a slot', async () => {
    await database.run(`UPDATE conversations SET active_slot = 1 + created_at / 100`);
    if (statistics === 'with') await database.run('ANALYZE');
    for (const order of ['asc', 'desc'] as const) {
      const place = { slot: 400, at: 40_000, id: 'conv_40000' };
      for (const cursor of [undefined, { side: 'after', place } as const]) {
        const query = conversationsPage(
          {
            ...FIRST_PAGE,
            access: everything,
            sort: 'last_item_at',
            order,
            cursor,
          },
          POSTGRES,
        );
        const text = await plan(query);
        expect(text, query.sql).toContain('Incremental Sort');
        expect(text, query.sql).toContain('conversations_by_activity');
        expect(text, query.sql).not.toMatch(/Seq Scan/);
      }
    }
  });

  test('a response is found by its id through an index', async () => {
    const statements = new FilteredStatements(POSTGRES);
    const text = await plan(statements.query(selectResponse, ['t', 'resp_7'], everything));
    expect(text).toContain('responses_by_id');
    expect(text).not.toMatch(/Seq Scan/);
  });
});
