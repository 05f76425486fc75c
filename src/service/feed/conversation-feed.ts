import { apiError } from '../../contract/errors/registry.ts';
import type { ChangeStore, Head, Place } from '../../store/changes/port.ts';
import type { ConversationRef } from '../../store/conversations/port.ts';
import { conversationCursor, type ConversationCursor } from './cursor.ts';
import { deletionOf, eventOf } from './events.ts';
import { CHANGES_PER_READ, type FeedParams, type FeedStep } from './feed.ts';

/** Yields the events of one conversation after a cursor, or from now on, until it is deleted. */
export async function* conversationFeed(
  store: ChangeStore,
  ref: ConversationRef,
  { after, retentionMs, wait }: FeedParams<ConversationCursor>,
): AsyncGenerator<readonly FeedStep[], void, undefined> {
  const { conversationId } = ref;
  const stepTo = (place: Place): FeedStep => ({
    cursor: conversationCursor({ ...place, conversationId, at: Date.now() }),
  });
  let place: Place | undefined = after;
  let head = await store.head(ref);
  if (head !== null) {
    if (after !== undefined) assertKnown(after, head, retentionMs);
    place ??= head;
    yield [stepTo(place)];
  }
  for (;;) {
    if (head === null) {
      const deletion = place === undefined ? null : await store.deletion(ref);
      if (deletion === null) throw apiError('conversation_not_found', { id: conversationId });
      const { revision } = deletion;
      const end = { position: place?.position ?? 0, revision };
      yield [{ ...stepTo(end), event: deletionOf(deletion) }];
      return;
    }
    for await (const changes of changesUpTo(store, ref, place ?? head, head)) {
      yield changes.map((change) => ({
        ...stepTo(change.after),
        event: eventOf(conversationId, change),
      }));
    }
    place = placeOf(head);
    await wait();
    head = await store.head(ref);
  }
}

/** Yields the changes of a conversation up to an end, in batches. */
export async function* changesUpTo(
  store: ChangeStore,
  ref: ConversationRef,
  from: Place,
  until: Place,
) {
  let place = from;
  while (place.position < until.position || place.revision < until.revision) {
    const changes = await store.read({ ...ref, from: place, until, limit: CHANGES_PER_READ });
    const last = changes.at(-1);
    if (last === undefined) return;
    yield changes;
    if (changes.length < CHANGES_PER_READ) return;
    place = last.after;
  }
}

export function placeOf({ position, revision }: Place): Place {
  return { position, revision };
}

/** Throws for a cursor that is beyond the end of the conversation, or before the changes that are kept. */
function assertKnown(cursor: ConversationCursor, head: Head, retentionMs: number): void {
  if (cursor.revision > head.revision || cursor.position > head.position) {
    throw apiError('event_cursor_invalid');
  }
  const isMissingSome = cursor.revision < head.revision && cursor.at < Date.now() - retentionMs;
  if (isMissingSome) throw apiError('events_expired');
}
