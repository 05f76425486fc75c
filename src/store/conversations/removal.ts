/** Deleting, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type { ConversationRef, DeleteItemResult } from '../store.ts';
import { toConversation } from '../engine/rows.ts';
import * as sql from './statements.ts';

/** `false` when there is none. */
export function deleteConversation(
  key: ConversationRef,
  statements: FilteredStatements,
): Write<boolean> {
  const conversation = statements.query(sql.deleteConversation, keyOf(key), key.access);
  // A statement of its own, which sees what an append has added while the first one waited for it.
  const items: Query = { sql: sql.DELETE_ITEMS_OF_CONVERSATION, parameters: keyOf(key) };
  return {
    scope: scopeOf(key),
    erases: true,
    inSteps: (steps) => {
      if (steps.get(conversation) === undefined) return false;
      steps.run(items);
      return true;
    },
    inRoundTrips: async (trips) => {
      const [deleted = []] = await trips.finish(conversation, items);
      return deleted.length > 0;
    },
  };
}

export function deleteItem(
  input: ConversationRef & { readonly itemId: string },
  statements: FilteredStatements,
): Write<DeleteItemResult> {
  const find = statements.query(sql.selectConversation, keyOf(input), input.access);
  const remove = statements.query(sql.deleteItem, [...keyOf(input), input.itemId], input.access);
  return {
    scope: scopeOf(input),
    erases: true,
    inSteps: (steps) => result(steps.all(find), steps.all(remove)),
    inRoundTrips: async (trips) => {
      const [found = [], deleted = []] = await trips.finish(find, remove);
      return result(found, deleted);
    },
  };
}

function result([found]: readonly Row[], deleted: readonly Row[]): DeleteItemResult {
  if (found === undefined) return { absent: 'conversation' };
  return deleted.length === 0
    ? { absent: 'item' }
    : { absent: undefined, conversation: toConversation(found) };
}
