/** Deleting a response, in the two forms of a write. */

import { conversationTopic } from '../conversations/topics.ts';
import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import { DELETE_CHILDREN, LOCK_CONVERSATION } from '../conversations/statements.ts';
import type { Write } from '../engine/driver.ts';
import type { ResponseRef } from './port.ts';
import * as sql from './statements.ts';

/**
 * Deletes a response, and of a hidden conversation the items that no other one shows, or all of it with its last one.
 * Returns `false` when it is absent.
 */
export function deleteResponse(ref: ResponseRef, statements: FilteredStatements): Write<boolean> {
  const key = keyOf(ref);
  const response = statements.query(sql.deleteResponse, [...key, ref.responseId], ref.access);
  const lock = { sql: LOCK_CONVERSATION, parameters: key };
  const events = { sql: sql.DELETE_EVENTS, parameters: [...key, ref.responseId] };
  const conversation = { sql: sql.DELETE_WITHOUT_RESPONSE, parameters: key };
  const uncount = { sql: sql.UNCOUNT_ITEMS_WITHOUT_RESPONSE, parameters: key };
  const items = { sql: sql.DELETE_ITEMS_WITHOUT_RESPONSE, parameters: key };
  const children = DELETE_CHILDREN.map((statement) => ({ sql: statement, parameters: key }));
  return {
    scope: scopeOf(ref),
    changes: [conversationTopic(ref)],
    erases: true,
    inSteps: (steps) => {
      if (steps.get(response) === undefined) return false;
      steps.run(events);
      steps.run(uncount);
      steps.run(items);
      if (steps.run(conversation) > 0) for (const child of children) steps.run(child);
      return true;
    },
    inRoundTrips: async (trips) => {
      const results = await trips.finish(
        lock,
        response,
        events,
        uncount,
        items,
        conversation,
        ...children,
      );
      return (results[1] ?? []).length > 0;
    },
  };
}
