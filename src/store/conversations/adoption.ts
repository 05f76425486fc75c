/** Changing the owner of conversations, in the two forms of a write. */

import type { SqlSyntax } from '../engine/syntax.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { text } from '../engine/rows.ts';
import { forgetConversations } from '../search/erasure.ts';
import { CHILD_TABLES } from '../tables.ts';
import type { AdoptParams } from './port.ts';

/**
 * Gives conversations with all that belongs to them to another owner. Returns how many. The conversations move first:
 * appends that are under way are then finished, and later ones find no conversation of this owner.
 */
export function adopt(params: AdoptParams, syntax: SqlSyntax): Write<number> {
  const conversations = moveConversations(params);
  const childrenOf = (moved: readonly Row[]): readonly Query[] =>
    moveChildren(params, moved, syntax);
  const forget = (moved: readonly Row[]) =>
    forgetConversations(
      params.from.tenant,
      moved.map((row) => text(row, 'id')),
      syntax,
    );
  return {
    scope: { kind: 'all' },
    inSteps: (steps) => {
      const moved = steps.all(conversations);
      forget(moved).inSteps(steps);
      for (const query of childrenOf(moved)) steps.run(query);
      return moved.length;
    },
    inRoundTrips: async (trips) => {
      const [moved = []] = await trips.send(conversations);
      await trips.finish(forget(moved).inOneTrip, ...childrenOf(moved));
      return moved.length;
    },
  };
}

/** Moves the conversations of an owner, or one of them, and returns their ids. */
function moveConversations({ from, to, conversationId }: AdoptParams): Query {
  const parameters = [from.tenant, from.owner, to.tenant, to.owner, JSON.stringify(to.attributes)];
  const isOne = conversationId !== undefined;
  return {
    sql: `
      UPDATE conversations SET tenant = $3, owner = $4, attributes = $5, revision = revision + 1, indexed_until = 0
      WHERE tenant = $1 AND owner = $2${isOne ? ' AND id = $6' : ''}
      RETURNING id`,
    parameters: isOne ? [...parameters, conversationId] : parameters,
  };
}

function moveChildren(
  { from, to }: AdoptParams,
  moved: readonly Row[],
  syntax: SqlSyntax,
): readonly Query[] {
  const ids = moved.map((row) => text(row, 'id'));
  return CHILD_TABLES.map(({ name, conversationColumn }) => ({
    sql: `
      UPDATE ${name} SET tenant = $3
      WHERE tenant = $1 AND ${syntax.isOneOf(conversationColumn, ids, () => '$2')}`,
    parameters: [from.tenant, ids, to.tenant],
  }));
}
