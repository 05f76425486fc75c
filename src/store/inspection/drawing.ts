import type { ReadQuery } from '../archive/row-batches.ts';
import type { Query } from '../engine/query.ts';
import { text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { selectShare } from './statements.ts';

/** Returns a query for items picked at random, at most `count` of them. */
export async function drawing(
  select: (syntax: SqlSyntax) => string,
  count: number,
  syntax: SqlSyntax,
  read: ReadQuery,
): Promise<Query> {
  const sql = select(syntax);
  const share = selectShare(syntax);
  if (share === undefined) return { sql, parameters: [count] };
  const [row] = await read({ sql: share, parameters: [count] });
  return { sql, parameters: [count, row === undefined ? '100' : text(row, 'share')] };
}
