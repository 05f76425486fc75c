import type { RowFilter } from '../base/row-filter.ts';
import type { Dialect } from './dialect.ts';
import type { Query, Scope, Value } from './driver.ts';
import type { ConversationKey } from './port.ts';
import { rowFilterSql } from './row-filter-sql.ts';

/** A statement with an access condition, whose parameters stand behind the statement's own. */
export function accessed(
  statement: (where: string) => string,
  parameters: readonly Value[],
  access: RowFilter,
  dialect: Dialect,
): Query {
  const condition = rowFilterSql(access, parameters.length + 1, dialect);
  return { sql: statement(condition.sql), parameters: [...parameters, ...condition.parameters] };
}

/** The first two parameters of every statement about one conversation. */
export function keyOf({ tenant, conversationId }: ConversationKey): readonly [string, string] {
  return [tenant, conversationId];
}

export function scopeOf({ tenant }: { readonly tenant: string }): Scope {
  return { kind: 'tenant', tenant };
}
