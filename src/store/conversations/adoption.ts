import type { SqlSyntax } from '../engine/syntax.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type { Adoption } from '../store.ts';
import { text } from '../engine/rows.ts';
import * as sql from './statements.ts';

/** Gives conversations with their items to another owner, in the two forms of a write. Returns how many. */
export function adopt({ from, to, conversationId }: Adoption, syntax: SqlSyntax): Write<number> {
  const selection = [from.tenant, from.owner, conversationId ?? null];
  const move = (rows: readonly Row[]): readonly [Query, Query] => {
    const ids = rows.map((row) => text(row, 'id'));
    const isListed = (column: string): string => syntax.isOneOf(column, ids, () => '$2');
    const moved = [from.tenant, ids, to.tenant];
    return [
      { sql: sql.adoptItems(isListed), parameters: moved },
      {
        sql: sql.adoptConversations(isListed),
        parameters: [...moved, to.owner, JSON.stringify(to.attributes)],
      },
    ];
  };
  return {
    scope: { kind: 'all' },
    inSteps: (steps) => {
      const adopted = steps.all({ sql: sql.SELECT_ADOPTED, parameters: selection });
      for (const query of move(adopted)) steps.run(query);
      return adopted.length;
    },
    inRoundTrips: async (trips) => {
      const [adopted = []] = await trips.send({ sql: sql.LOCK_ADOPTED, parameters: selection });
      await trips.finish(...move(adopted));
      return adopted.length;
    },
  };
}
