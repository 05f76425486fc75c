/** Deleting, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type { ConversationRef, DeleteItemResult, ItemRef } from './port.ts';
import { toConversation } from './records.ts';
import * as sql from './statements.ts';

/** Deletes a conversation with all that belongs to it. Returns `false` when it is absent. */
export function deleteConversation(
  ref: ConversationRef,
  statements: FilteredStatements,
): Write<boolean> {
  const conversation = statements.query(sql.deleteConversation, keyOf(ref), ref.access);
  // Separate statements: they see what an append has added while the first one waited for it.
  const children: readonly Query[] = sql.DELETE_CHILDREN.map((statement) => ({
    sql: statement,
    parameters: keyOf(ref),
  }));
  return {
    scope: scopeOf(ref),
    erases: true,
    inSteps: (steps) => {
      if (steps.get(conversation) === undefined) return false;
      for (const child of children) steps.run(child);
      return true;
    },
    inRoundTrips: async (trips) => {
      const [deleted = []] = await trips.finish(conversation, ...children);
      return deleted.length > 0;
    },
  };
}

export function deleteItem(ref: ItemRef, statements: FilteredStatements): Write<DeleteItemResult> {
  const find = statements.query(sql.selectConversation, keyOf(ref), ref.access);
  const remove = statements.query(sql.deleteItem, [...keyOf(ref), ref.itemId], ref.access);
  return {
    scope: scopeOf(ref),
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
