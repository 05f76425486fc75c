import { expect, inject, test } from 'vitest';
import type { Query, Row } from '../../src/store/engine/query.ts';
import { POSTGRES } from '../../src/store/engine/syntax.ts';
import { POSTGRES_SEARCH } from '../../src/store/search/postgres-search.ts';
import { tenantWord } from '../../src/store/search/scope.ts';
import { createDatabase } from '../support/postgres.ts';
import { NO_FILTERS } from '../support/search.ts';
import { everything, openOn } from '../support/store.ts';

/** 150,000 documents of one conversation, two of which have a rare word. */
const FILL = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position)
  VALUES ('t', 'c', 'o', '{}', '{}', 1, 150001);
  INSERT INTO items (tenant, conversation_id, position, id, type, data, created_at)
  SELECT 't', 'c', n, 'msg_' || n, 'message', '{}', n FROM generate_series(1, 150000) AS n;
  INSERT INTO indexed_items (tenant, conversation_id, position, doc, words)
  SELECT 't', 'c', n, n,
    '${tenantWord('t')} w' || n % 997 || ' v' || n % 1009 || CASE WHEN n IN (1, 2) THEN ' rare' ELSE '' END
  FROM generate_series(1, 150000) AS n`;

test('a rare word of an old item is found by the index of words alone', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  await database.run(FILL);
  // The index of words holds new rows in a list that is read first, until a VACUUM.
  await database.run('VACUUM (ANALYZE)');
  const plans: string[] = [];
  const read = async ({ sql, parameters }: Query): Promise<readonly Row[]> => {
    const plan = await database.run(`EXPLAIN ${sql}`, parameters);
    plans.push(plan.map((line) => String(line['QUERY PLAN'])).join('\n'));
    return (await database.run(sql, parameters)).map(rowOf);
  };
  const terms = { wanted: [{ words: ['rare'], isPrefix: false }], unwanted: [] };
  const params = {
    tenant: 't',
    access: everything,
    filters: NO_FILTERS,
    terms,
    limit: 1,
    after: undefined,
  };
  const { rows } = await POSTGRES_SEARCH.rowsByTime(params, POSTGRES, read);
  expect(rows).toHaveLength(2);
  expect(plans.at(-1)).toContain('indexed_items_by_word');
  expect(plans.at(-1)).not.toContain('indexed_items_by_doc');
});

/** Returns a row as the driver of the store would. */
function rowOf(fields: Record<string, unknown>): Row {
  const names = Object.keys(fields);
  const cells = Object.values(fields).map((value) => (value === null ? null : Number(value)));
  return { columns: new Map(names.map((name, index) => [name, index])), cells };
}
