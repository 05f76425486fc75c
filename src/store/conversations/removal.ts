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

/** Deletes an item under the lock of its conversation, which keeps the counts right. */
export function deleteItem(ref: ItemRef, statements: FilteredStatements): Write<DeleteItemResult> {
  const lock = statements.query(sql.lockConversation, keyOf(ref), ref.access);
  const item = [...keyOf(ref), ref.itemId];
  const uncount = { sql: sql.UNCOUNT_ITEM, parameters: item };
  const remove = { sql: sql.DELETE_ITEM, parameters: item };
  const absent: DeleteItemResult = { absent: 'conversation' };
  return {
    scope: scopeOf(ref),
    changes: [conversationTopic(ref)],
    erases: true,
    inSteps: (steps) => {
      const found = steps.get(lock);
      if (found === undefined) return absent;
      steps.run(uncount);
      return result(found, steps.get(remove));
    },
    inRoundTrips: async (trips) => {
      const [[found] = []] = await trips.send(lock);
      if (found === undefined) {
        await trips.finish();
        return absent;
      }
      const [, [removed] = []] = await trips.finish(uncount, remove);
      return result(found, removed);
    },
  };
}

/** Returns the result of a deletion from a conversation, as it was before. */
function result(locked: Row, removed: Row | undefined): DeleteItemResult {
  if (removed === undefined) return { absent: 'item' };
  const conversation = toConversation(locked);
  return {
    absent: undefined,
    conversation: { ...conversation, revision: conversation.revision + 1 },
  };
}
