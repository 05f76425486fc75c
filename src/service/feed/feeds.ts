import { setTimeout as sleep } from 'node:timers/promises';
import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ChangeStore } from '../../store/changes/port.ts';
import type { Job } from '../jobs/jobs.ts';
import { Bell } from './bell.ts';
import { conversationFeed } from './conversation-feed.ts';
import { parseConversationCursor, parseMomentCursor } from './cursor.ts';
import type { FeedStep } from './feed.ts';
import { tenantFeed } from './tenant-feed.ts';

/** Time after which a reader finds what another process has stored. With many readers, it is longer. */
const POLL_MS = 1_000;
const MS_BETWEEN_POLLS = 5;
/** A feed pauses for so many times the time that its last look took, so that it takes little of the database. */
const PAUSES_PER_LOOK = 10;
const LONGEST_PAUSE_MS = 1_000;
const SWEEP_EVERY_MS = 10 * 60_000;
const MS_PER_DAY = 24 * 60 * 60_000;

export interface FeedsOptions {
  readonly store: ChangeStore;
  readonly authorizer: Authorizer;
  /** Most feeds that are open at a time. */
  readonly eventFeeds: number;
  readonly eventRetentionDays: number;
}

export interface FeedRequest {
  /** `undefined` for all conversations that the principal may read. */
  readonly conversationId: string | undefined;
  /** The cursor of the last event that the reader has. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
}

/** The open feeds of a process. */
export class Feeds {
  readonly #options: FeedsOptions;
  readonly #stopping = new AbortController();
  #open = 0;

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  get jobs(): readonly Job[] {
    const { store } = this.#options;
    const run = () => store.sweep({ olderThanMs: this.#retentionMs });
    return [{ name: 'changes', everyMs: SWEEP_EVERY_MS, run }];
  }

  /** Ends all feeds, and refuses new ones. */
  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Yields events until the reader has gone or the server stops. Throws `conversation_not_found`, also when the
   * principal may no longer read the conversation, and errors of the cursor and of the limits.
   */
  async *follow(
    principal: Principal,
    request: FeedRequest,
  ): AsyncGenerator<readonly FeedStep[], void, undefined> {
    if (this.#stopping.signal.aborted) {
      throw apiError('not_ready', { reasons: ['it is about to stop'] });
    }
    request.signal.throwIfAborted();
    if (this.#open >= this.#options.eventFeeds) throw apiError('too_many_feeds');
    this.#open += 1;
    const stop = AbortSignal.any([request.signal, this.#stopping.signal]);
    const bell = new Bell();
    const { tenant } = principal;
    const { conversationId } = request;
    const unwatch = this.#options.store.watch({ tenant, conversationId }, () => bell.ring());
    try {
      const pollMs = () => Math.max(POLL_MS, this.#open * MS_BETWEEN_POLLS);
      yield* this.#feed(principal, request, paced(bell, stop, pollMs));
    } catch (error) {
      // The reader goes on after the cursor that it has, in any process.
      if (!stop.aborted || error !== stop.reason) throw error;
    } finally {
      unwatch();
      this.#open -= 1;
    }
  }

  get #retentionMs(): number {
    return this.#options.eventRetentionDays * MS_PER_DAY;
  }

  #feed(principal: Principal, { conversationId, after }: FeedRequest, wait: () => Promise<void>) {
    const { store, authorizer } = this.#options;
    const access = authorizer.filter(principal, 'read');
    const { tenant } = principal;
    const params = { retentionMs: this.#retentionMs, wait };
    if (conversationId === undefined) {
      const moment = after === undefined ? undefined : parseMomentCursor(after);
      return tenantFeed(store, { tenant, access }, { ...params, after: moment });
    }
    const place = after === undefined ? undefined : parseConversationCursor(after, conversationId);
    return conversationFeed(store, { tenant, conversationId, access }, { ...params, after: place });
  }
}

/** Returns a wait for the bell that follows the work since the last one, and pauses after that. */
function paced(bell: Bell, signal: AbortSignal, pollMs: () => number): () => Promise<void> {
  let began = performance.now();
  return async () => {
    const ended = performance.now();
    const pause = Math.min((ended - began) * PAUSES_PER_LOOK, LONGEST_PAUSE_MS);
    await bell.wait(pollMs(), signal);
    const rest = ended + pause - performance.now();
    // The bell may ring meanwhile; that is remembered.
    if (rest > 0) await sleep(rest, undefined, { signal }).catch(() => signal.throwIfAborted());
    began = performance.now();
  };
}
