import { apiError } from '../../contract/errors/registry.ts';
import type { RowFilter } from '../../base/row-filter.ts';
import type { ChangeStore, DeletionRecord, Head, Moment } from '../../store/changes/port.ts';
import { changesUpTo, placeOf } from './conversation-feed.ts';
import { momentCursor } from './cursor.ts';
import { creationOf, deletionOf, eventOf } from './events.ts';
import type { FeedParams, FeedStep } from './feed.ts';
import { KnownPlaces } from './known-places.ts';

/** Time before a moment in which a conversation may have been created that is committed after it. */
const CREATION_MARGIN_MS = 60 * 60 * 1000;
/** Time by which clocks of processes and the database may differ. */
const CLOCK_MARGIN_MS = 60 * 60 * 1000;
/** Pause after which a reader without events gets a newer cursor. */
const CURSOR_EVERY_MS = 60_000;

interface Readable {
  readonly tenant: string;
  readonly access: RowFilter;
}

/**
 * Yields the events of all conversations that match a filter, after a moment or from now on.
 *
 * It works in rounds. Each finds what has changed since the moment before the last round, and takes the changes of
 * one conversation after the other. `known` only keeps events from being sent twice; without it they are.
 */
export async function* tenantFeed(
  store: ChangeStore,
  readable: Readable,
  { after, retentionMs, wait }: FeedParams<Moment>,
): AsyncGenerator<readonly FeedStep[], void, undefined> {
  const begin = await store.now();
  if (after !== undefined) assertKept(after, begin, retentionMs);
  const known = new KnownPlaces();
  let moment = after ?? begin;
  if (after === undefined) await skipPresent(store, { ...readable, since: begin }, known);
  yield [{ cursor: momentCursor(moment) }];
  let sentAt = moment.at;
  for (;;) {
    const next = await store.now();
    // One step is held back, since only the last one of a round has the next moment as its cursor.
    let held: FeedStep | undefined;
    for await (const events of round(store, { ...readable, since: moment }, known)) {
      const found = events.map((event): FeedStep => ({ event, cursor: momentCursor(moment) }));
      const steps = held === undefined ? found : [held, ...found];
      held = steps.pop();
      if (steps.length > 0) yield steps;
    }
    moment = next;
    if (held !== undefined || next.at - sentAt > CURSOR_EVERY_MS) {
      sentAt = next.at;
      yield [{ ...held, cursor: momentCursor(next) }];
    }
    await wait();
  }
}

interface Round extends Readable {
  readonly since: Moment;
}

/** Takes what is committed by now, and may count as new, for known. */
async function skipPresent(store: ChangeStore, round: Round, known: KnownPlaces): Promise<void> {
  for await (const heads of store.changed(round)) {
    for (const head of heads) known.set(head.conversationId, placeOf(head));
  }
  for await (const deletions of store.deleted(round)) {
    for (const deletion of deletions) known.set(deletion.conversationId, placeOf(deletion));
  }
}

/** Yields the events since a moment that are not known. */
async function* round(store: ChangeStore, params: Round, known: KnownPlaces) {
  for await (const heads of store.changed(params)) {
    for (const head of heads) yield* ofConversation(store, params, head, known);
  }
  for await (const deletions of store.deleted(params)) {
    yield deletions.filter((deletion) => isNews(deletion, known)).map(deletionOf);
  }
}

function isNews(deletion: DeletionRecord, known: KnownPlaces): boolean {
  const { conversationId, revision } = deletion;
  const place = known.get(conversationId);
  known.set(conversationId, placeOf(deletion));
  return place === undefined || place.revision < revision;
}

/** Yields the events of a conversation up to its end. */
async function* ofConversation(
  store: ChangeStore,
  { tenant, access, since }: Round,
  head: Head,
  known: KnownPlaces,
) {
  const { conversationId } = head;
  const ref = { tenant, conversationId, access };
  let place = known.get(conversationId);
  // With an earlier revision than before it is another one, which an import has brought.
  if (place === undefined || place.revision > head.revision) {
    place = await store.placeAt({
      tenant,
      conversationId,
      createdAt: head.createdAt,
      moment: since,
    });
    const isNew = place.position === 0 && place.revision === 0;
    if (isNew && head.createdAt >= since.at - CREATION_MARGIN_MS) yield [creationOf(head)];
  }
  for await (const changes of changesUpTo(store, ref, place, head)) {
    yield changes.map((change) => eventOf(conversationId, change));
  }
  known.set(conversationId, placeOf(head));
}

/** Throws for a moment of another database, of the future, or before the changes that are kept. */
function assertKept(after: Moment, present: Moment, retentionMs: number): void {
  const isOfAnother =
    after.database !== present.database ||
    (after.transaction === null) !== (present.transaction === null) ||
    (after.transaction ?? 0) > (present.transaction ?? 0);
  if (isOfAnother || after.at < present.at - retentionMs) throw apiError('events_expired');
  if (after.at > present.at + CLOCK_MARGIN_MS) throw apiError('event_cursor_invalid');
}
