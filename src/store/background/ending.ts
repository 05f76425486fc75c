/** The end of a response in the background, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import { conversationTopic } from '../conversations/topics.ts';
import type { Write } from '../engine/driver.ts';
import { NothingStored, placeOf } from '../responses/commit.ts';
import { cellsOf } from '../responses/records.ts';
import { RELEASE_TURN_OF_RESPONSE } from '../responses/statements.ts';
import { afterEnd } from './after-end.ts';
import type { EndBackgroundParams } from './port.ts';
import * as sql from './statements.ts';

/** Stores a response that has ended, without items. Throws `NothingStored` when it has ended before. */
export function endBackground(
  params: EndBackgroundParams,
  statements: FilteredStatements,
): Write<true> {
  const { response, last, token, access } = params;
  const cells = [...keyOf(params), ...cellsOf(response, { input: [], output: [] })];
  const insert = statements.query(sql.insertEnded, cells, access);
  const ended = [...keyOf(params), response.id];
  const release =
    token === undefined
      ? { sql: sql.RELEASE_TURN_OF_ENDED, parameters: ended }
      : { sql: RELEASE_TURN_OF_RESPONSE, parameters: [...ended, token] };
  const rest = [release, ...afterEnd(params, response.id, last, statements.syntax)];
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      if (steps.get(insert) === undefined) throw new NothingStored();
      for (const query of rest) steps.run(query);
      return true;
    },
    inRoundTrips: async (trips) => {
      const [inserted = []] = await trips.finish(insert, ...rest);
      if (inserted.length === 0) throw new NothingStored();
      return true;
    },
    proof: {
      ...placeOf(params, response.id),
      result: (rows) => (rows.length > 0 ? true : undefined),
    },
  };
}
