/** The conditions of a search, as SQL. */

import { presenceSql } from '../conversations/presence.ts';
import { rowFilterSql } from '../conversations/row-filter-sql.ts';
import type { Value } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { firstNumberOf } from './document.ts';
import type { SearchFilters, SearchParams, SearchPlace } from './port.ts';

export const FOUND_COLUMNS = `
  conversations.id AS conversation_id, conversations.metadata, items.position, items.id, items.type, items.data,
    items.created_at`;

/** The parameters of a statement that is made piece by piece. */
export class Parameters {
  readonly values: Value[] = [];

  /** Makes a value a parameter, and returns its `$n`. */
  readonly add = (value: Value): string => `$${this.values.push(value)}`;
}

/**
 * The condition on `conversations` and `items` that a found item must meet, the caller's access with it. The numbers of
 * documents keep the bounds of time.
 */
export function foundCondition(
  { access, filters }: SearchParams,
  syntax: SqlSyntax,
  parameters: Parameters,
): string {
  const { conversationId, owner, types, metadata } = filters;
  const condition = rowFilterSql(access, parameters.values.length + 1, syntax);
  parameters.values.push(...condition.parameters);
  return [
    condition.sql,
    presenceSql('live', syntax),
    'conversations.is_hidden <> 1',
    ...(conversationId === undefined
      ? []
      : [`conversations.id = ${parameters.add(conversationId)}`]),
    ...(owner === undefined ? [] : [`conversations.owner = ${parameters.add(owner)}`]),
    ...(types.length === 0 ? [] : [syntax.isOneOf('items.type', types, parameters.add)]),
    ...metadata.map(([key, value]) => syntax.hasPair(key, value, parameters.add)),
  ]
    .map((part) => `(${part})`)
    .join(' AND ');
}

/** Returns the bounds of the numbers of documents. `column` is the number. */
export function numberBounds(
  column: string,
  { createdFrom, createdUntil }: SearchFilters,
  parameters: Parameters,
): readonly string[] {
  const bound = (time: number): string => `CAST(${parameters.add(firstNumberOf(time))} AS BIGINT)`;
  return [
    ...(createdFrom === undefined ? [] : [`${column} >= ${bound(createdFrom)}`]),
    ...(createdUntil === undefined ? [] : [`${column} < ${bound(createdUntil)}`]),
  ];
}

/** Returns the place before all items with lower numbers than this one. */
export function placeBefore(number: number): SearchPlace {
  return { number: number + 1, conversationId: '', position: -1 };
}
