import type { RowFilter } from '../../base/row-filter.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { Scope } from '../engine/driver.ts';
import type { Query, Value } from '../engine/query.ts';
import type { ConversationKey } from './port.ts';
import { presenceSql, type Presence } from './presence.ts';
import { rowFilterSql } from './row-filter-sql.ts';

/** A statement that has yet to be given its access condition. The same one always takes as many parameters. */
export type Statement = (where: string, syntax: SqlSyntax) => string;

/**
 * Statements of one syntax, completed with access conditions, of which the presence of the conversation is part. A
 * principal's statements are made once.
 */
export class FilteredStatements {
  readonly syntax: SqlSyntax;
  readonly #presence: string;
  readonly #known = new WeakMap<RowFilter, Map<Statement, Query>>();

  constructor(syntax: SqlSyntax, presence: Presence = 'live') {
    this.syntax = syntax;
    this.#presence = presenceSql(presence, syntax);
  }

  /** Completes a statement. The condition's parameters follow the statement's own. */
  query(statement: Statement, parameters: readonly Value[], access: RowFilter): Query {
    const known = this.#of(access);
    let made = known.get(statement);
    if (made === undefined) {
      const condition = rowFilterSql(access, parameters.length + 1, this.syntax);
      // IS TRUE keeps the condition out of index scans: PostgreSQL without statistics would prefer the owner's index,
      // and read all entries of the owner.
      const sql = statement(`(${condition.sql} AND ${this.#presence}) IS TRUE`, this.syntax);
      made = { sql, parameters: condition.parameters };
      known.set(statement, made);
    }
    return { sql: made.sql, parameters: [...parameters, ...made.parameters] };
  }

  #of(access: RowFilter): Map<Statement, Query> {
    const known = this.#known.get(access);
    if (known !== undefined) return known;
    const none = new Map<Statement, Query>();
    this.#known.set(access, none);
    return none;
  }
}

/** The first two parameters of every statement about one conversation. */
export function keyOf({ tenant, conversationId }: ConversationKey): readonly [string, string] {
  return [tenant, conversationId];
}

export function scopeOf({ tenant }: { readonly tenant: string }): Scope {
  return { kind: 'tenant', tenant };
}
