/** Deleting a response whose time is over, in the two forms of a write. */

import { keyOf, scopeOf } from '../conversations/access-condition.ts';
import { conversationTopic } from '../conversations/topics.ts';
import type { Write } from '../engine/driver.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { LOCK_CONVERSATION } from '../conversations/statements.ts';
import { DELETE_EVENTS } from '../responses/statements.ts';
import { runningRemoval } from './ending.ts';
import type { OldResponse } from './port.ts';
import * as sql from './statements.ts';

/**
 * Deletes a response that is older than so many milliseconds, and ends a hidden conversation without responses. Its
 * items are purged later, in pieces. Returns `false` when nothing was deleted.
 */
export function oldResponseRemoval(
  ref: OldResponse,
  olderThanMs: number,
  syntax: SqlSyntax,
): Write<boolean> {
  const key = keyOf(ref);
  const lock = { sql: LOCK_CONVERSATION, parameters: key };
  const response = {
    sql: sql.deleteOldResponse(syntax),
    parameters: [...key, ref.responseId, olderThanMs],
  };
  const rest = [
    { sql: DELETE_EVENTS, parameters: [...key, ref.responseId] },
    { sql: sql.endWithoutResponse(syntax), parameters: key },
    ...runningRemoval(ref),
  ];
  return {
    scope: scopeOf(ref),
    changes: [conversationTopic(ref)],
    erases: true,
    inSteps: (steps) => {
      if (steps.get(response) === undefined) return false;
      for (const query of rest) steps.run(query);
      return true;
    },
    inRoundTrips: async (trips) => {
      const results = await trips.finish(lock, response, ...rest);
      return (results[1] ?? []).length > 0;
    },
  };
}
