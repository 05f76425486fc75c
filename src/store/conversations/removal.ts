/** Deleting, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type { ConversationRef, DeleteItemResult, ItemRef } from './port.ts';
import { toConversation } from './records.ts';
import * as sql from './statements.ts';
import { conversationTopic, existenceTopics } from './topics.ts';

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
    changes: existenceTopics(ref),
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
  const item = [...keyOf(ref), ref.itemId];
  return {
    scope: scopeOf(ref),
    changes: [conversationTopic(ref)],
    erases: true,
    inSteps: (steps) => {
      const found = steps.get(find);
      const deleted = steps.get(statements.query(sql.deleteItem, item, ref.access));
      return result(found, deleted === undefined ? undefined : found);
    },
    inRoundTrips: async (trips) => {
      const remove = statements.query(sql.deleteItemOfConversation, item, ref.access);
      // Access may change between the two: what has been deleted is then answered as deleted.
      const [[conversation] = [], [found] = []] = await trips.finish(remove, find);
      return result(found, conversation);
    },
  };
}

/** Returns the result of a deletion from the conversation, if it is there, and as it was for the item that was deleted. */
function result(found: Row | undefined, conversation: Row | undefined): DeleteItemResult {
  if (conversation !== undefined)
    return { absent: undefined, conversation: toConversation(conversation) };
  return { absent: found === undefined ? 'conversation' : 'item' };
}
