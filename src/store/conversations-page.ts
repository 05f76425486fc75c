import { rowsToFetch } from '../base/paging.ts';
import type { Value } from './driver.ts';
import type { ConversationsQuery } from './port.ts';
import { rowFilterSql } from './row-filter-sql.ts';
import { selectConversationsPage } from './statements.ts';

/** The statement for a list of conversations, and its parameters. */
export function conversationsPage(query: ConversationsQuery): {
  readonly statement: string;
  readonly parameters: readonly Value[];
} {
  const { tenant, access, cursor, metadata, createdFrom, createdUntil } = query;
  const parameters: Value[] = [tenant];
  const parameter = (value: Value): string => `$${parameters.push(value)}`;
  const condition = rowFilterSql(access, parameters.length + 1);
  parameters.push(...condition.parameters);
  const bounds = [
    ...(createdFrom === undefined ? [] : [`created_at >= ${parameter(createdFrom)}`]),
    ...(createdUntil === undefined ? [] : [`created_at < ${parameter(createdUntil)}`]),
    ...metadata.map(([key, value]) => hasPair(parameter(key), parameter(value))),
  ];
  const backwards = cursor?.side === 'before';
  const statement = selectConversationsPage({
    where: condition.sql,
    bounds,
    cursor: cursor === undefined ? undefined : parameter(cursor.id),
    order: backwards ? (query.order === 'asc' ? 'desc' : 'asc') : query.order,
    limit: parameter(rowsToFetch(query)),
  });
  return { statement, parameters };
}

function hasPair(key: string, value: string): string {
  return `EXISTS (
    SELECT 1 FROM json_each(conversations.metadata) AS pair
    WHERE pair.key = ${key} AND pair.value = ${value})`;
}
