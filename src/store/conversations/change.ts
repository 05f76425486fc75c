import { recorded } from '../changes/recording.ts';
import { singleStatement } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import type { KeyedWrites, KeyInUse, RepeatableParams } from '../idempotency/keyed-writes.ts';
import { scopeOf } from './access-condition.ts';
import type { ConversationKey, ConversationRecord } from './port.ts';
import { toConversation } from './records.ts';
import { existenceTopics } from './topics.ts';

/**
 * Runs a statement that changes a conversation and yields it, after those that record the change, and under its key if it
 * has one. Returns null when it yields no row.
 */
export function changeConversation(
  keyed: KeyedWrites,
  params: ConversationKey & RepeatableParams,
  query: Query,
  record: readonly Query[] = [],
): Promise<ConversationRecord | KeyInUse | null> {
  const write = singleStatement(scopeOf(params), query, existenceTopics(params), ([row]) =>
    row === undefined ? null : toConversation(row),
  );
  return keyed.write({ ...params, itemIds: undefined }, recorded(write, record));
}
