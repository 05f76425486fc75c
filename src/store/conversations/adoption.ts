/** Changing the owner of conversations, in the two forms of a write. */

import type { SqlSyntax } from '../engine/syntax.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { text } from '../engine/rows.ts';
import { CHILD_TABLES } from '../tables.ts';
import type { AdoptParams } from './port.ts';

/** Selects the conversations of owner `$2`, or one of them. */
const SELECT_ADOPTED = `
  SELECT id FROM conversations WHERE tenant = $1 AND owner = $2 AND id = coalesce($3, id)`;

/** Locks the conversations to adopt: concurrent appends wait; conversations created meanwhile are not adopted. */
const LOCK_ADOPTED = `${SELECT_ADOPTED} FOR UPDATE`;

/** Gives conversations with all that belongs to them to another owner. Returns how many. */
export function adopt({ from, to, conversationId }: AdoptParams, syntax: SqlSyntax): Write<number> {
  const selection = [from.tenant, from.owner, conversationId ?? null];
  const move = (rows: readonly Row[]): readonly Query[] => {
    const ids = rows.map((row) => text(row, 'id'));
    const isListed = (column: string): string => syntax.isOneOf(column, ids, () => '$2');
    const parameters = [from.tenant, ids, to.tenant];
    const children = CHILD_TABLES.map(({ name, conversationColumn }) => ({
      sql: `UPDATE ${name} SET tenant = $3 WHERE tenant = $1 AND ${isListed(conversationColumn)}`,
      parameters,
    }));
    const conversations = {
      sql: `
        UPDATE conversations SET tenant = $3, owner = $4, attributes = $5
        WHERE tenant = $1 AND ${isListed('id')}`,
      parameters: [...parameters, to.owner, JSON.stringify(to.attributes)],
    };
    return [...children, conversations];
  };
  return {
    scope: { kind: 'all' },
    inSteps: (steps) => {
      const adopted = steps.all({ sql: SELECT_ADOPTED, parameters: selection });
      for (const query of move(adopted)) steps.run(query);
      return adopted.length;
    },
    inRoundTrips: async (trips) => {
      const [adopted = []] = await trips.send({ sql: LOCK_ADOPTED, parameters: selection });
      await trips.finish(...move(adopted));
      return adopted.length;
    },
  };
}
