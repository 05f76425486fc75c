/** Deleting, in the two forms of a write. */

import { accessed, keyOf, scopeOf } from './access-condition.ts';
import type { Dialect } from './dialect.ts';
import type { Query, Row, Write } from './driver.ts';
import type { Accessed, DeleteItemResult } from './port.ts';
import { toConversation } from './rows.ts';
import * as sql from './statements.ts';

/** `false` when there is none. */
export function deleteConversation(key: Accessed, dialect: Dialect): Write<boolean> {
  const conversation = accessed(sql.deleteConversation, keyOf(key), key.access, dialect);
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
  input: Accessed & { readonly itemId: string },
  dialect: Dialect,
): Write<DeleteItemResult> {
  const find = accessed(sql.selectConversation, keyOf(input), input.access, dialect);
  const remove = accessed(sql.deleteItem, [...keyOf(input), input.itemId], input.access, dialect);
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
