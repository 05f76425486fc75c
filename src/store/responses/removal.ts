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
  const keep = statements.query(sql.keepResponse, [...key, ref.responseId], ref.access);
  const events = { sql: sql.DELETE_EVENTS, parameters: [...key, ref.responseId] };
  const conversation = { sql: sql.DELETE_WITHOUT_RESPONSE, parameters: key };
  const items = [
    { sql: sql.keepItemsWithoutResponse(statements.syntax), parameters: key },
    { sql: sql.UNCOUNT_ITEMS_WITHOUT_RESPONSE, parameters: key },
    { sql: sql.DELETE_ITEMS_WITHOUT_RESPONSE, parameters: key },
  ];
  const end = { sql: sql.endWithoutResponse(statements.syntax), parameters: key };
  const children = DELETE_CHILDREN.map((statement) => ({ sql: statement, parameters: key }));
  return {
    scope: scopeOf(ref),
    changes: [conversationTopic(ref)],
    erases: true,
    inSteps: (steps) => {
      steps.run(keep);
      if (steps.get(response) === undefined) return false;
      for (const query of [events, ...items]) steps.run(query);
      if (steps.run(conversation) > 0) for (const child of children) steps.run(child);
      else steps.run(end);
      return true;
    },
    inRoundTrips: async (trips) => {
      const deletion = [response, events, ...items, conversation, end, ...children];
      const results = await trips.finish(lock, keep, ...deletion);
      return (results[2] ?? []).length > 0;
    },
  };
}
