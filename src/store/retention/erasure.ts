/** The statements of an erasure, with its conditions. */

import { erasedOwner } from '../changes/erased-owners.ts';
import type { Recording } from '../changes/recording.ts';
import { eraseOwner, selectOwnedDeletions } from '../changes/statements.ts';
import { keyOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { rowFilterSql } from '../conversations/row-filter-sql.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Value } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { ended } from './ending.ts';
import { IS_HELD } from './held.ts';
import type { ErasureFilter, ErasureMatch } from './port.ts';
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

/** Ends a conversation that matches and is under no hold. What was recorded of it loses the name of its owner. */
export function condemnation(
  filter: ErasureFilter,
  { id, owner }: Pick<ErasureMatch, 'id' | 'owner'>,
  recording: Recording,
  syntax: SqlSyntax,
): Write<boolean> {
  const { tenant } = filter;
  const key = { tenant, conversationId: id };
  const under = (own: readonly Value[]): { sql: string; parameters: readonly Value[] } => {
    const { conditions, parameters } = conditionsOf(filter, own, syntax);
    const all = [`NOT ${IS_HELD}`, ...conditions.map((condition) => `(${condition})`)];
    return { sql: all.join(' AND '), parameters: parameters.slice(own.length) };
  };
  // The statement that records has four parameters of its own.
  const recorded = under([...keyOf(key), null, null]);
  const ends = under(keyOf(key));
  const condition = `${ends.sql} AND ${recording.isEndRecorded}`;
  return ended(key, {
    before: recording.end(key, recorded.sql, recorded.parameters),
    end: {
      sql: sql.endConversation(condition, syntax),
      parameters: [...keyOf(key), ...ends.parameters],
    },
    after: [ownerErasure(key, owner, syntax), ...recording.retract(key)],
    erases: true,
  });
}

/** Returns the statement that takes the name of its owner out of what was recorded of a conversation that is gone. */
export function ownerErasure(key: ConversationKey, owner: string, syntax: SqlSyntax): Query {
  const parameters = [...keyOf(key), erasedOwner(key.tenant, owner)];
  return { sql: eraseOwner(syntax), parameters };
}

/** Returns the statement that selects recorded deletions of what matches, after one of them. */
export function ownedDeletions(
  filter: ErasureFilter,
  after: { readonly conversationId: string; readonly revision: number },
  limit: number,
  syntax: SqlSyntax,
): Query {
  const own = [filter.tenant, after.conversationId, after.revision, limit];
  const { conditions, parameters } = conditionsOf(filter, own, syntax);
  const condition = conditions.map((each) => `(${each})`).join(' AND ');
  return { sql: selectOwnedDeletions(condition), parameters };
}

/** Returns the conditions on `conversations`, and the parameters with those of the statement before them. */
function conditionsOf(
  { access, owners, metadata, ids }: ErasureFilter,
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
  if (ids !== undefined) conditions.push(syntax.isOneOf('conversations.id', ids, parameter));
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
