/** Reading the events of a response in the background, also while they are made, by any process. */

import { ALL } from '../../base/row-filter.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { EventsRef } from '../../store/response-events/port.ts';
import type { Store } from '../../store/store.ts';
import type { ResponseHead } from '../responses/turn-response.ts';
import {
  FIRST_OF_TURN,
  firstEvents,
  isTerminal,
  numbered,
  unnumbered,
  type EventText,
} from './event-text.ts';
import type { Followers } from './followers.ts';

const LISTS_PER_READ = 50;
/** Time after which another process may have stored events. */
const POLL_MS = 200;
/** Reads without events, after which the response may be gone. */
const CHECK_AFTER_READS = 5;

export interface FollowParams {
  readonly ref: EventsRef;
  /** `undefined` for a response that has ended, whose events are all stored. */
  readonly head: ResponseHead | undefined;
  /** The number of the last event that the client has. */
  readonly after: number;
  readonly signal: AbortSignal;
}

export interface Following {
  readonly store: Pick<Store, 'responseEvents' | 'background' | 'responses'>;
  readonly followers: Followers;
}

/**
 * Yields lists of the events after a number, until the response has ended. Throws `stream_expired` when events are
 * missing, `response_not_found` when the response is deleted, and the signal's reason.
 */
export async function* follow(
  following: Following,
  { ref, head, after, signal }: FollowParams,
): AsyncGenerator<readonly EventText[], void, undefined> {
  let next = Math.max(after, -1) + 1;
  if (head !== undefined && next < FIRST_OF_TURN) {
    // Those that are stored later are the same.
    yield firstEvents(head)
      .slice(next)
      .map((event) => numbered(unnumbered(event), event.sequence_number));
    next = FIRST_OF_TURN;
  }
  let emptyReads = 0;
  let hasEnded = false;
  for (;;) {
    const events = await eventsFrom(following, ref, next);
    if (events.length > 0) {
      emptyReads = 0;
      next += events.length;
      yield events;
      if (events.some(isTerminal)) return;
      continue;
    }
    if (hasEnded) {
      await assertKept(following, ref);
      return;
    }
    emptyReads += 1;
    if (emptyReads === 1 || emptyReads % CHECK_AFTER_READS === 0) {
      hasEnded = await isGone(following, ref);
      if (hasEnded) continue;
    }
    await following.followers.wait(ref.responseId, POLL_MS, signal);
  }
}

/** Returns stored events from a number on, without a gap. Throws `stream_expired`. */
async function eventsFrom(
  { store }: Following,
  ref: EventsRef,
  from: number,
): Promise<readonly EventText[]> {
  const lists = await store.responseEvents.read({ ...ref, from, limit: LISTS_PER_READ });
  const events: EventText[] = [];
  let next = from;
  for (const { sequence, events: texts } of lists) {
    if (sequence > next) throw apiError('stream_expired');
    for (const text of texts.slice(next - sequence)) {
      events.push(numbered(text, next));
      next += 1;
    }
  }
  return events;
}

/** Throws `response_not_found` for a response that has ended since it was deleted. */
async function assertKept({ store }: Following, { tenant, responseId }: EventsRef): Promise<void> {
  const response = await store.responses.find({ tenant, responseId, access: ALL });
  if (response === null) throw apiError('response_not_found', { id: responseId });
}

async function isGone({ store }: Following, { tenant, responseId }: EventsRef): Promise<boolean> {
  return (await store.background.find({ tenant, responseId, access: ALL })) === null;
}
