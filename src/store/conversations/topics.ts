/** The topics of reads that a replica may answer, and of the writes that change them. */

import type { Topic } from '../engine/driver.ts';
import type { ConversationKey } from './port.ts';

/** One conversation with its items. */
export function conversationTopic({ tenant, conversationId }: ConversationKey): Topic {
  // A tenant has no line break, so no two topics share a text.
  return `${tenant}\n${conversationId}`;
}

/** The list of a tenant's conversations, which appends leave as it is. */
export function listTopic({ tenant }: Pick<ConversationKey, 'tenant'>): Topic {
  return tenant;
}

/** What the creation, the deletion or an update of a conversation changes. */
export function existenceTopics(key: ConversationKey): readonly Topic[] {
  return [conversationTopic(key), listTopic(key)];
}

/** Returns the conversation of a topic; `undefined` for a topic of a tenant's list. */
export function keyOfTopic(topic: Topic): ConversationKey | undefined {
  const end = topic.indexOf('\n');
  return end === -1
    ? undefined
    : { tenant: topic.slice(0, end), conversationId: topic.slice(end + 1) };
}
