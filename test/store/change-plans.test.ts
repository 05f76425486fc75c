import { DatabaseSync } from 'node:sqlite';
import { describe, expect, inject, test } from 'vitest';
import {
  FilteredStatements,
  type Statement,
} from '../../src/store/conversations/access-condition.ts';
import * as sql from '../../src/store/changes/statements.ts';
import { POSTGRES, SQLITE, type SqlSyntax } from '../../src/store/engine/syntax.ts';
import { createDatabase } from '../support/postgres.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openOn } from '../support/store.ts';

const COUNT = 40_000;

/** Conversations of one owner in many slots, every tenth hidden, and a change of each. */
const FILL = (numbers: string): readonly string[] => [
  `INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden, active_slot)
   SELECT 't', 'conv_' || n, 'o', '{}', '{}', n, 0, CASE n % 10 WHEN 0 THEN 1 ELSE 0 END, 1 + n / 100 FROM ${numbers}`,
  `INSERT INTO changes (tenant, conversation_id, revision, next_position, type, changed_at, owner, attributes)
   SELECT 't', 'conv_' || n, 1, 0, CASE n % 2 WHEN 0 THEN 'conversation.updated' ELSE 'conversation.deleted' END, n, 'o', '{}'
   FROM ${numbers}`,
  'ANALYZE',
];

interface Explained extends AsyncDisposable {
  plan(text: string, parameters: readonly unknown[]): Promise<string>;
}

async function sqlite(): Promise<Explained> {
  const folder = await temporaryFolder();
  const path = folder.path('changes.db');
  await (await openOn(`sqlite:${path}`)).close();
  const raw = new DatabaseSync(path);
  const numbers = `(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${COUNT}) SELECT n FROM numbers)`;
  for (const statement of FILL(numbers)) raw.exec(statement);
  return {
    plan: async (text) =>
      raw
        .prepare(`EXPLAIN QUERY PLAN ${text.replaceAll(/\$(\d+)/g, '?$1')}`)
        .all()
        .map(({ detail }) => String(detail))
        .join('\n'),
    [Symbol.asyncDispose]: async () => {
      raw.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function postgres(): Promise<Explained> {
  const database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  for (const statement of FILL(`generate_series(1, ${COUNT}) AS n`)) await database.run(statement);
  return {
    plan: async (text, parameters) => {
      const rows = await database.run(`EXPLAIN ${text}`, [...parameters]);
      return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const DATABASES: readonly [string, SqlSyntax, () => Promise<Explained>][] = [
  ['SQLite', SQLITE, sqlite],
  ['PostgreSQL', POSTGRES, postgres],
];

/** Statements of a look at all conversations, with the place from which they read, and their index. */
const STATEMENTS: readonly [Statement, number, string][] = [
  [sql.selectActive, 400, 'conversations_by_activity'],
  [sql.selectUncounted, 0, 'conversations_by_activity'],
  [sql.selectTouched, COUNT - 10, 'changes_by_time'],
  [sql.selectDeleted, COUNT - 10, 'changes_by_time'],
];

describe.each(DATABASES)('a look at the conversations of a tenant on %s', (name, syntax, open) => {
  test(`A look on ${name} reads what is recent by an index, for all callers and for an owner`, async () => {
    await using database = await open();
    const statements = new FilteredStatements(syntax);
    const ofDeletions = new FilteredStatements(syntax, 'stored');
    for (const access of [{ kind: 'all' }, { kind: 'owner', subject: 'o' }] as const) {
      for (const [statement, first, index] of STATEMENTS) {
        const parameters = ['t', 0, first, '', 500];
        const of = statement === sql.selectDeleted ? ofDeletions : statements;
        const query = of.query(statement, parameters, access);
        const plan = await database.plan(query.sql, query.parameters);
        expect(plan, query.sql).toContain(index);
        expect(plan, query.sql).not.toMatch(/Seq Scan|SCAN (conversations|changes)/);
        expect(plan, query.sql).not.toContain('by_owner');
      }
    }
  });
});
