import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListConversationsParams, RowFilter } from '../../src/index.ts';
import * as approvedCalls from '../../src/store/approved-calls/statements.ts';
import { conversationsPage } from '../../src/store/conversations/page.ts';
import { itemsPage, pageBasis, type ItemsQuery } from '../../src/store/conversations/item-pages.ts';
import { rowFilterSql } from '../../src/store/conversations/row-filter-sql.ts';
import * as statements from '../../src/store/conversations/statements.ts';
import * as copies from '../../src/store/branches/copy-statements.ts';
import { SELECT_KEY } from '../../src/store/keys/statements.ts';
import * as responses from '../../src/store/responses/statements.ts';
import * as turns from '../../src/store/turns/statements.ts';
import { SQLITE } from '../../src/store/engine/syntax.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { everything, key, openOn } from '../support/store.ts';

/** 200,000 conversations of 1,000 owners. */
const FILL = `
  WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000)
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden)
  SELECT 't', 'conv_' || n, 'owner-' || (n % 1000), '{}', '{"a":"b"}', n, 0, n % 2 FROM numbers`;

const FILTERS: readonly [string, RowFilter][] = [
  ['everything', everything],
  ['an owner', { kind: 'owner', subject: 'o' }],
  ['a shared attribute', { kind: 'attribute', attribute: 'teams', values: ['a', 'b'] }],
];

describe('in a file of 200,000 conversations', () => {
  let folder: Folder;
  let raw: DatabaseSync;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const path = folder.path('large.db');
    await (await openOn(`sqlite:${path}`)).close();
    raw = new DatabaseSync(path);
    raw.exec(FILL);
    raw.exec('ANALYZE');
  });
  afterAll(async () => {
    raw.close();
    await folder[Symbol.asyncDispose]();
  });

  /** Returns the steps of a statement's plan, without the sort of one page that ORDER BY ends with. */
  function plan(sql: string): string[] {
    const rows = raw.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll(/\$(\d+)/g, '?$1')}`).all();
    // Sound: these are the columns of EXPLAIN QUERY PLAN.
    return (rows as { detail: string; parent: number }[])
      .filter(({ detail, parent }) => parent !== 0 || !detail.startsWith('USE TEMP B-TREE'))
      .map(({ detail }) => detail);
  }

  test.each(FILTERS)(
    'a statement about one conversation, filtered by %s, scans no table of 200,000 rows',
    (_name, filter) => {
      for (const sql of statementsAboutOne(filter)) {
        for (const detail of plan(sql)) {
          expect(detail, sql).not.toMatch(/^SCAN (items|conversations|api_keys|responses|turns)/);
          if (sql.includes('CAST($3')) expect(detail, sql).not.toContain('TEMP B-TREE');
        }
      }
    },
  );

  test.each(FILTERS)(
    'a list of conversations, filtered by %s, searches one index of 200,000 rows without sorting',
    (name, access) => {
      const index = name === 'an owner' ? 'conversations_by_owner' : 'conversations_by_time';
      for (const query of listQueries(access)) {
        const { sql } = conversationsPage(query, SQLITE);
        const details = plan(sql);
        expect(details.join('\n'), sql).toContain(`SEARCH conversations USING INDEX ${index}`);
        for (const detail of details) {
          expect(detail, sql).not.toMatch(/SCAN conversations|TEMP B-TREE|items/);
        }
      }
    },
  );
});

/** Returns every statement that names one conversation or one key. */
function statementsAboutOne(filter: RowFilter): readonly string[] {
  const where = rowFilterSql(filter, 9, SQLITE).sql;
  return [
    statements.selectConversation(where),
    statements.updateMetadata(where),
    statements.deleteConversation(where),
    statements.reservePositions(where),
    statements.selectReferencedItem(where),
    approvedCalls.selectRequest(where),
    approvedCalls.beginCall(where, SQLITE),
    approvedCalls.UNDO_CALL,
    approvedCalls.SELECT_CALL,
    statements.selectItem(where),
    statements.UNCOUNT_ITEM,
    statements.DELETE_ITEM,
    ...statements.DELETE_CHILDREN,
    SELECT_KEY,
    ...itemPages().map(({ statement }) => statement(where, SQLITE)),
    responses.INSERT_FIRST_RESPONSE,
    responses.insertResponseOfTurn(where, SQLITE),
    responses.insertResponse(where, SQLITE),
    responses.COUNT_ITEMS_OF_RESPONSE,
    responses.RELEASE_TURN_OF_RESPONSE,
    responses.selectBasisOfTurn(where),
    responses.INSERT_HIDDEN_CONVERSATION,
    copies.selectSource(where, SQLITE),
    copies.COPY_ITEMS,
    responses.selectResponse(where),
    responses.deleteResponse(where),
    responses.DELETE_WITHOUT_RESPONSE,
    turns.takeTurn(where, SQLITE),
    turns.renewTurn(SQLITE),
    turns.RELEASE_TURN,
  ];
}

/** Returns pages of items in both orders, from every kind of start, and their bases. */
function itemPages(): readonly ItemsQuery[] {
  const starts = [{}, { position: 3 }, { createdFrom: 5 }, { before: 'i' }, { after: 'i' }];
  return (['asc', 'desc'] as const).flatMap((order) =>
    [undefined, { from: 1, until: 3 }].flatMap((within) =>
      starts.flatMap(({ after, ...start }: { after?: string }) => {
        const page = { limit: 20, order, after };
        const plain = { ...key('c'), ...start, within, page };
        const params = { ...plain, hasPlacements: true, mostBytes: 100 };
        return [itemsPage(plain), itemsPage(params), pageBasis(params)];
      }),
    ),
  );
}

/** Returns lists in both orders, from every kind of cursor, with and without a bound on the time. */
function listQueries(access: RowFilter): readonly ListConversationsParams[] {
  const cursors = [undefined, { id: 'c', side: 'after' }, { id: 'c', side: 'before' }] as const;
  return (['asc', 'desc'] as const).flatMap((order) =>
    cursors.flatMap((cursor) =>
      [undefined, 5].map((createdFrom) => ({
        tenant: 't',
        access,
        order,
        cursor,
        limit: 20,
        metadata: [['a', 'b']],
        createdFrom,
        createdUntil: undefined,
      })),
    ),
  );
}
