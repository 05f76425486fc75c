/** Pages of conversations, in SQL. */

import { rowsToFetch, type Order } from '../../base/paging.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { Query, Value } from '../engine/query.ts';
import { choiceConditions } from './choice.ts';
import { CONVERSATION_COLUMNS } from './statements.ts';
import type { ConversationsCursor, ListConversationsParams } from './port.ts';
import { presenceSql } from './presence.ts';
import { rowFilterSql } from './row-filter-sql.ts';

type Parameter = (value: Value) => string;

/** An order of lists: expressions that end with the id, and a condition that all rows of the list meet. */
interface Sort {
  readonly key: readonly string[];
  readonly has: readonly string[];
}

const SORTS: Readonly<Record<NonNullable<ListConversationsParams['sort']>, Sort>> = {
  created_at: { key: ['created_at', 'id'], has: [] },
  // The condition is that of the index.
  last_item_at: {
    key: ['active_slot', 'coalesce(active_at, created_at)', 'id'],
    has: ['active_slot >= 0'],
  },
};

/**
 * Makes the statement for a list of conversations of a tenant, without hidden ones, which the indexes of lists lack too.
 * No row: the page is empty, or the id of the cursor names nothing that the access condition lets through.
 */
export function conversationsPage(params: ListConversationsParams, syntax: SqlSyntax): Query {
  const { access, cursor, forkedFrom, sort = 'created_at', hasDetails = false } = params;
  const parameters: Value[] = [params.tenant];
  const parameter: Parameter = (value) => `$${parameters.push(value)}`;
  const condition = rowFilterSql(access, parameters.length + 1, syntax);
  parameters.push(...condition.parameters);
  const where = `${condition.sql} AND ${presenceSql(params.isTrash === true ? 'trashed' : 'live', syntax)}`;
  const order = cursor?.side === 'before' ? opposite(params.order) : params.order;
  const { key, has } = SORTS[sort];
  const direction = order === 'asc' ? 'ASC' : 'DESC';
  const conditions = [
    'tenant = $1',
    'is_hidden <> 1',
    ...has,
    where,
    ...choiceConditions(params, syntax, parameter),
    ...(forkedFrom === undefined ? [] : [`forked_from = ${parameter(forkedFrom)}`]),
    ...(cursor === undefined ? [] : beyondCursor(cursor, { key, order, where }, parameter)),
  ];
  const columns = [
    CONVERSATION_COLUMNS,
    ...(hasDetails ? ['owner, attributes, item_count'] : []),
    ...(hasDetails || sort === 'last_item_at' ? ['active_slot'] : []),
  ];
  // Without the CAST, SQLite would plan the statement anew for each value, as dear as running it.
  const sql = `
    SELECT ${columns.join(', ')} FROM conversations
    WHERE ${conditions.map((each) => `(${each})`).join(' AND ')}
    ORDER BY ${key.map((expression) => `${expression} ${direction}`).join(', ')}
    LIMIT CAST(${parameter(rowsToFetch(params))} AS BIGINT)`;
  return { sql, parameters };
}

/** Whether the list changes when an item is stored. */
export function dependsOnItems({
  sort = 'created_at',
  hasDetails = false,
  lastItemFrom,
  lastItemUntil,
}: ListConversationsParams): boolean {
  const isBounded = lastItemFrom !== undefined || lastItemUntil !== undefined;
  return sort === 'last_item_at' || hasDetails || isBounded;
}

function opposite(order: Order): Order {
  return order === 'asc' ? 'desc' : 'asc';
}

/** The conditions on what follows a cursor in the order in which the page is read. */
function beyondCursor(
  cursor: ConversationsCursor,
  { key, order, where }: Pick<Sort, 'key'> & { readonly order: Order; readonly where: string },
  parameter: Parameter,
): readonly string[] {
  const beyond = order === 'asc' ? '>' : '<';
  const columns = `(${key.join(', ')})`;
  if ('id' in cursor) {
    const id = parameter(cursor.id);
    const own = key
      .slice(0, -1)
      .map(
        (expression) =>
          `(SELECT ${expression} FROM conversations WHERE tenant = $1 AND id = ${id} AND ${where})`,
      );
    return [`${columns} ${beyond} (${own.join(', ')}, ${id})`];
  }
  const { slot, at, id } = cursor.place;
  const [first, second] = [slot, at].map((value) => `CAST(${parameter(value)} AS BIGINT)`);
  return [
    `active_slot ${beyond}= ${first}`,
    `${columns} ${beyond} (${first}, ${second}, ${parameter(id)})`,
  ];
}
