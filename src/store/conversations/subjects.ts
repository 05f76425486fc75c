/** The subjects of reads that a replica may answer, and of the writes that change them. */

import type { Subject } from '../engine/driver.ts';
import type { ConversationKey } from './port.ts';

/** One conversation with its items. */
export function conversationSubject({ tenant, conversationId }: ConversationKey): Subject {
  // A tenant has no line break, so no two subjects share a text.
  return `${tenant}\n${conversationId}`;
}

/** The list of a tenant's conversations, which appends leave as it is. */
export function listSubject({ tenant }: Pick<ConversationKey, 'tenant'>): Subject {
  return tenant;
}

/** What the creation, the deletion or an update of a conversation changes. */
export function existenceSubjects(key: ConversationKey): readonly Subject[] {
  return [conversationSubject(key), listSubject(key)];
}
