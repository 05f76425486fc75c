/** Deleting, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements, type Statement } from './access-condition.ts';
import { recorded, type Recording } from '../changes/recording.ts';
import { eraseWords, wordsDeletion, type Erased } from '../search/erasure.ts';
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
  recording: Recording,
): Write<boolean> {
  const { access, trashMs = 0, mayBeTrashed = false } = ref;
  // The deletion of one in the trash was recorded when it was moved there.
  const guarded = (statement: Statement): Statement =>
    mayBeTrashed ? statement : recording.guarded(statement);
  const conversation = statements.query(guarded(sql.deleteConversation), keyOf(ref), access);
  const trash = statements.query(guarded(trashConversation), [...keyOf(ref), trashMs], access);
  // Separate statements: they see what an append has added while the first one waited for it.
  const children: readonly Query[] = [
    ...sql.DELETE_CHILDREN.map((child) => ({ sql: child, parameters: keyOf(ref) })),
    ...recording.forget(ref),
  ];
  const running = runningRemoval(ref);
  const ends = trashMs > 0 ? [] : [conversation];
  const write: Write<boolean> = {
    scope: scopeOf(ref),
    changes: existenceTopics(ref),
    erases: trashMs === 0,
    inSteps: (steps) => {
      if (ends.some((query) => steps.get(query) !== undefined)) {
        eraseWords(steps, ref, { kind: 'all' });
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
  return recorded(write, recording.change('conversation.deleted', ref));
}

/** Deletes an item under the lock of its conversation, which keeps the counts right. */
export function deleteItem(
  ref: ItemRef,
  statements: FilteredStatements,
  recording: Recording,
): Write<DeleteItemResult> {
  const lock = statements.query(sql.lockConversation, keyOf(ref), ref.access);
  const item = [...keyOf(ref), ref.itemId];
  const keep = { sql: sql.keepItem(statements.syntax), parameters: item };
  const record = recording.itemDeletion(ref);
  const uncount = { sql: sql.UNCOUNT_ITEM, parameters: item };
  const remove = { sql: sql.DELETE_ITEM, parameters: item };
  const erased: Erased = { kind: 'item', itemId: ref.itemId };
  const words = wordsDeletion(ref, erased);
  const absent: DeleteItemResult = { absent: 'conversation' };
  return {
    scope: scopeOf(ref),
    changes: [conversationTopic(ref)],
    erases: true,
    inSteps: (steps) => {
      const found = steps.get(lock);
      if (found === undefined) return absent;
      for (const query of [...record, keep, uncount]) steps.run(query);
      eraseWords(steps, ref, erased);
      return result(found, steps.get(remove));
    },
    inRoundTrips: async (trips) => {
      const [[found] = []] = await trips.send(lock);
      if (found === undefined) {
        await trips.finish();
        return absent;
      }
      const results = await trips.finish(...record, keep, uncount, words, remove);
      return result(found, results.at(-1)?.[0]);
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
