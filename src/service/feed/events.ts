/** Events as they are served, made of the changes of a store. */

import { createHash } from 'node:crypto';
import type { FeedEvent, FeedEventType } from '../../contract/conversations/events.ts';
import type { ChangeRecord, DeletionRecord, Head } from '../../store/changes/port.ts';

const MS_PER_SECOND = 1000;
/** As long as other ids. */
const ID_DIGITS = 48;

export function eventOf(conversationId: string, change: ChangeRecord): FeedEvent {
  const { type, itemId, position, at, after } = change;
  const place = type === 'conversation.item.created' ? `p${position}` : `r${after.revision}`;
  return {
    ...commonOf(type, conversationId, place, at),
    ...(itemId !== null && { item_id: itemId }),
    ...(position !== null && { position }),
  };
}

export function creationOf({ conversationId, createdAt }: Head): FeedEvent {
  return commonOf('conversation.created', conversationId, 'created', createdAt);
}

export function deletionOf({ conversationId, revision, at }: DeletionRecord): FeedEvent {
  return commonOf('conversation.deleted', conversationId, `r${revision}`, at);
}

/** Returns the fields that all events have. The id depends on what has happened alone. */
function commonOf(
  type: FeedEventType,
  conversationId: string,
  place: string,
  at: number,
): FeedEvent {
  const digest = createHash('sha256').update(`${conversationId}\n${place}`).digest('hex');
  return {
    type,
    id: `evt_${digest.slice(0, ID_DIGITS)}`,
    object: 'conversation.event',
    created_at: Math.floor(at / MS_PER_SECOND),
    conversation_id: conversationId,
  };
}
