import { rowsToFetch } from '../../base/paging.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { Query, Value } from '../engine/query.ts';
import type { ListConversationsParams } from './port.ts';
import { presenceSql } from './presence.ts';
import { rowFilterSql } from './row-filter-sql.ts';
import { selectConversationsPage } from './statements.ts';

/** The statement for a list of conversations. */
export function conversationsPage(query: ListConversationsParams, syntax: SqlSyntax): Query {
  const { tenant, access, cursor, metadata, createdFrom, createdUntil } = query;
  const parameters: Value[] = [tenant];
  const parameter = (value: Value): string => `$${parameters.push(value)}`;
  const condition = rowFilterSql(access, parameters.length + 1, syntax);
  parameters.push(...condition.parameters);
  const bounds = [
    ...(createdFrom === undefined ? [] : [`created_at >= ${parameter(createdFrom)}`]),
    ...(createdUntil === undefined ? [] : [`created_at < ${parameter(createdUntil)}`]),
    ...metadata.map(([key, value]) => syntax.hasPair(key, value, parameter)),
  ];
  const backwards = cursor?.side === 'before';
  const sql = selectConversationsPage({
    where: `${condition.sql} AND ${presenceSql(query.isTrash === true ? 'trashed' : 'live', syntax)}`,
    bounds,
    cursor: cursor === undefined ? undefined : parameter(cursor.id),
    order: backwards ? (query.order === 'asc' ? 'desc' : 'asc') : query.order,
    limit: parameter(rowsToFetch(query)),
  });
  return { sql, parameters };
}
