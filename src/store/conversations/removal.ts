/** Deleting, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { runningRemoval } from '../retention/ending.ts';
import { trashConversation } from '../retention/statements.ts';
import type { DeleteConversationParams, DeleteItemResult, ItemRef } from './port.ts';
import { toConversation } from './records.ts';
import * as sql from './statements.ts';
import { conversationTopic, existenceTopics } from './topics.ts';

/**
 * Deletes a conversation with all that belongs to it, or moves it into the trash. One under a hold is kept, and is
 * absent for all callers. Returns `false` when it is absent. `statements` find the conversations that may be deleted so.
 */
export function deleteConversation(
  ref: DeleteConversationParams,
  statements: FilteredStatements,
): Write<boolean> {
  const { access, trashMs = 0 } = ref;
  const conversation = statements.query(sql.deleteConversation, keyOf(ref), access);
  const trash = statements.query(trashConversation, [...keyOf(ref), trashMs], access);
  // Separate statements: they see what an append has added while the first one waited for it.
  const children: readonly Query[] = sql.DELETE_CHILDREN.map((statement) => ({
    sql: statement,
    parameters: keyOf(ref),
  }));
  const running = runningRemoval(ref);
  const ends = trashMs > 0 ? [] : [conversation];
  return {
    scope: scopeOf(ref),
    changes: existenceTopics(ref),
    erases: trashMs === 0,
    inSteps: (steps) => {
      if (ends.some((query) => steps.get(query) !== undefined)) {
        for (const child of children) steps.run(child);
        return true;
      }
      if (steps.get(trash) === undefined) return false;
      for (const query of running) steps.run(query);
      return true;
    },
    inRoundTrips: async (trips) => {
      const following = ends.length === 0 ? running : [...children, ...running];
      const results = await trips.finish(...ends, trash, ...following);
      return results.slice(0, ends.length + 1).some((rows) => rows.length > 0);
    },
  };
}

/** Deletes an item under the lock of its conversation, which keeps the counts right. */
export function deleteItem(ref: ItemRef, statements: FilteredStatements): Write<DeleteItemResult> {
  const lock = statements.query(sql.lockConversation, keyOf(ref), ref.access);
  const item = [...keyOf(ref), ref.itemId];
  const keep = { sql: sql.keepItem(statements.syntax), parameters: item };
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
      for (const query of [keep, uncount]) steps.run(query);
      return result(found, steps.get(remove));
    },
    inRoundTrips: async (trips) => {
      const [[found] = []] = await trips.send(lock);
      if (found === undefined) {
        await trips.finish();
        return absent;
      }
      const [, , [removed] = []] = await trips.finish(keep, uncount, remove);
      return result(found, removed);
    },
  };
}

function result(conversation: Row, removed: Row | undefined): DeleteItemResult {
  return removed === undefined
    ? { absent: 'item' }
    : { absent: undefined, conversation: toConversation(conversation) };
}
