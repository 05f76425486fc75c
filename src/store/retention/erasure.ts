/** The statements of an erasure, with its conditions. */

import { rowFilterSql } from '../conversations/row-filter-sql.ts';
import type { Query, Value } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { ErasureFilter } from './port.ts';
import * as sql from './statements.ts';

/** Returns the statements that select what matches on a page of conversations, and the end of the page. */
export function erasablePage(
  filter: ErasureFilter,
  after: string | undefined,
  limit: number,
  syntax: SqlSyntax,
): readonly [matching: Query, last: Query] {
  // No id is empty.
  const page = [filter.tenant, after ?? '', limit];
  const { conditions, parameters } = conditionsOf(filter, page, syntax);
  return [
    { sql: sql.selectErasable(conditions), parameters },
    { sql: sql.SELECT_LAST_OF_PAGE, parameters: page },
  ];
}

export function condemnation(
  filter: ErasureFilter,
  conversationId: string,
  syntax: SqlSyntax,
): Query {
  const { conditions, parameters } = conditionsOf(filter, [filter.tenant, conversationId], syntax);
  return { sql: sql.condemn(conditions, syntax), parameters };
}

/** Returns the conditions on `conversations`, and the parameters with those of the statement before them. */
function conditionsOf(
  { access, owners, metadata }: ErasureFilter,
  own: readonly Value[],
  syntax: SqlSyntax,
): { readonly conditions: readonly string[]; readonly parameters: readonly Value[] } {
  const condition = rowFilterSql(access, own.length + 1, syntax);
  const parameters: Value[] = [...own, ...condition.parameters];
  const parameter = (value: Value): string => `$${parameters.push(value)}`;
  const conditions = [
    condition.sql,
    ...metadata.map(([key, value]) => syntax.hasPair(key, value, parameter)),
  ];
  if (owners !== undefined) {
    const { owner, orPrefix } = owners;
    const names = [`conversations.owner = ${parameter(owner)}`];
    if (orPrefix !== undefined) {
      const prefix = parameter(orPrefix);
      names.push(`substr(conversations.owner, 1, length(${prefix})) = ${prefix}`);
    }
    conditions.push(names.join(' OR '));
  }
  return { conditions, parameters };
}
