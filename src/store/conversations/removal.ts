/** Deleting, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import { recorded, type Recording } from '../changes/recording.ts';
import { eraseWords, wordsDeletion, type Erased } from '../search/erasure.ts';
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
  recording: Recording,
): Write<boolean> {
  const statement = recording.guarded(sql.deleteConversation);
  const conversation = statements.query(statement, keyOf(ref), ref.access);
  // Separate statements: they see what an append has added while the first one waited for it.
  const children: readonly Query[] = [
    ...sql.DELETE_CHILDREN.map((child) => ({ sql: child, parameters: keyOf(ref) })),
    ...recording.forget(ref),
  ];
  const write: Write<boolean> = {
    scope: scopeOf(ref),
    changes: existenceTopics(ref),
    erases: true,
    inSteps: (steps) => {
      if (steps.get(conversation) === undefined) return false;
      eraseWords(steps, ref, { kind: 'all' });
      for (const child of children) steps.run(child);
      return true;
    },
    inRoundTrips: async (trips) => {
      const [deleted = []] = await trips.finish(conversation, ...children);
      return deleted.length > 0;
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
      for (const query of [...record, uncount]) steps.run(query);
      eraseWords(steps, ref, erased);
      return result(found, steps.get(remove));
    },
    inRoundTrips: async (trips) => {
      const [[found] = []] = await trips.send(lock);
      if (found === undefined) {
        await trips.finish();
        return absent;
      }
      const results = await trips.finish(...record, uncount, words, remove);
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
