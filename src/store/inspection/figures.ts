/** Figures about the contents of a store. */

import type { SqlSyntax } from '../engine/syntax.ts';
import type { Row } from '../engine/query.ts';
import { drawing } from './drawing.ts';
import * as sql from './statements.ts';
import type { ReadQuery } from '../archive/row-batches.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';
import type { TokenCounts } from '../responses/port.ts';
import { toTokens } from '../responses/records.ts';

/** Most rows that are counted one by one unless a full count is requested: they take well below a second. */
const COUNTED_UP_TO = 250_000;
/** Number of items that represent all items by type. */
const DRAWN_ITEMS = 2_000;

export interface Figure {
  readonly count: number;
  readonly isEstimate: boolean;
}

export interface Figures {
  /** With those that no list shows. */
  readonly conversations: Figure;
  readonly items: Figure;
  readonly responses: Figure;
  /** Tokens of all responses; `undefined` where they are too many to sum up unless a full count is requested. */
  readonly tokens: TokenCounts | undefined;
  /** Most frequent first. */
  readonly itemsByType: readonly (Figure & { readonly type: string })[];
  readonly tenants: number;
  readonly keys: { readonly active: number; readonly revoked: number; readonly expired: number };
  /** Creation times of the first and the last conversation, Unix milliseconds; null when there are none. */
  readonly oldest: number | null;
  readonly newest: number | null;
}

export async function readFigures(
  syntax: SqlSyntax,
  read: ReadQuery,
  full: boolean,
): Promise<Figures> {
  const conversations = await countOf('conversations', syntax, read, full);
  const items = await countOf('items', syntax, read, full);
  const responses = await countOf('responses', syntax, read, full);
  const [tenants] = await read({ sql: sql.SELECT_TENANTS[syntax.name], parameters: [] });
  if (tenants === undefined) throw new Error('an aggregate has no row');
  const keys = await read({ sql: sql.COUNT_KEYS, parameters: [Date.now()] });
  const keysIn = (state: string): number => {
    const row = keys.find((candidate) => text(candidate, 'state') === state);
    return row === undefined ? 0 : integer(row, 'count');
  };
  return {
    conversations,
    items,
    responses,
    tokens: responses.isEstimate ? undefined : await tokensOf(read),
    itemsByType: await typesOf(items, syntax, read),
    tenants: integer(tenants, 'count'),
    keys: { active: keysIn('active'), revoked: keysIn('revoked'), expired: keysIn('expired') },
    oldest: integerOrNull(tenants, 'oldest'),
    newest: integerOrNull(tenants, 'newest'),
  };
}

async function countOf(
  table: 'conversations' | 'items' | 'responses',
  syntax: SqlSyntax,
  read: ReadQuery,
  full: boolean,
): Promise<Figure> {
  const most = full ? Number.MAX_SAFE_INTEGER : COUNTED_UP_TO + 1;
  const counted = await first({ sql: sql.countRows(table), parameters: [most] }, read);
  if (counted < most) return { count: counted, isEstimate: false };
  const estimated = await first({ sql: sql.estimateRows(table, syntax), parameters: [] }, read);
  // PostgreSQL may not have looked at the table for long, or ever.
  return { count: Math.max(counted, estimated), isEstimate: true };
}

async function tokensOf(read: ReadQuery): Promise<TokenCounts> {
  const [row] = await read({ sql: sql.SUM_TOKENS, parameters: [] });
  if (row === undefined) throw new Error('an aggregate has no row');
  return toTokens(row);
}

async function first(query: Parameters<ReadQuery>[0], read: ReadQuery): Promise<number> {
  const [row] = await read(query);
  return row === undefined ? 0 : integer(row, 'count');
}

async function typesOf(
  { count, isEstimate }: Figure,
  syntax: SqlSyntax,
  read: ReadQuery,
): Promise<Figures['itemsByType']> {
  const rows = await read(
    isEstimate
      ? await drawing(sql.selectRandomTypes, DRAWN_ITEMS, syntax, read)
      : { sql: sql.COUNT_TYPES, parameters: [] },
  );
  const drawn = rows.reduce((sum, row) => sum + integer(row, 'count'), 0);
  const share = (row: Row): number => Math.round((integer(row, 'count') / drawn) * count);
  return rows
    .map((row) => ({
      type: text(row, 'type'),
      count: isEstimate ? share(row) : integer(row, 'count'),
      isEstimate,
    }))
    .toSorted((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}
