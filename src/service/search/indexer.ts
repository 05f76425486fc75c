import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationKey } from '../../store/conversations/port.ts';
import type { IndexedBatch, SearchIndex } from '../../store/search/port.ts';
import type { Job } from '../jobs/jobs.ts';
import { Pace } from './pace.ts';

/** Pause before new items are added, in which more of them come, to be added together. */
const ADD_EVERY_MS = 500;
const ERASE_EVERY_MS = 1_000;
/** Rest between two rewritings of the index, and for each millisecond that one has worked. */
const REWRITE_EVERY_MS = 5 * 60 * 1000;
const REST_OF_REWRITING = 30;
/** Time between two looks at all conversations, for what other processes have left when they were killed. */
const PASS_EVERY_MS = 10 * 60 * 1000;
/** The longest time that a search waits for the index. */
const LONGEST_CATCH_UP_MS = 1_000;
/** Conversations that are indexed together. */
const MOST_TOGETHER = 64;
/** Milliseconds of a slot of activity. */
const SLOT_MS = 2 ** 20;
/** Slots that another process's clock may be behind. */
const SLOTS_BEHIND = 2;
/** Tenants whose state is remembered. */
const MOST_TENANTS = 10_000;

export interface IndexerOptions {
  readonly index: SearchIndex;
  /** Whether items are indexed. Words of deleted items are erased in any case. */
  readonly isOn: boolean;
}

/**
 * Adds stored items to the index of words. This process's own changes are noted in memory. Those of other processes are
 * found by the time of a conversation's last item, and those that a killed process has left by looking at all
 * conversations, at the start and from time to time.
 */
export class Indexer {
  readonly jobs: readonly Job[];
  readonly #index: SearchIndex;
  readonly #pace = new Pace();
  /** The slot from which on a tenant's conversations may have items of other processes. */
  readonly #slots = new Map<string, number>();
  #passedSlot = 0;
  #hasPassed = false;
  #nextPassAt = 0;
  #nextRewritingAt = 0;
  #passing: Promise<void> | undefined;
  #adding: Promise<unknown> = Promise.resolve();
  #isStopping = false;

  constructor({ index, isOn }: IndexerOptions) {
    this.#index = index;
    const erase = { name: 'erase_words', everyMs: ERASE_EVERY_MS, run: () => this.#erase() };
    const add = { name: 'index_items', everyMs: ADD_EVERY_MS, run: () => this.#run() };
    this.jobs = isOn ? [add, erase] : [erase];
    if (isOn) index.changed.begin();
  }

  /** Ends the runs under way after the batch that they are at. */
  stop(): void {
    this.#isStopping = true;
    this.#pace.wake();
  }

  /**
   * Adds what waits of a tenant, or of one conversation, for as long as a search may take. Returns whether that is all.
   */
  catchUp(tenant: string, conversationId?: string): Promise<boolean> {
    return this.#pace.hurried(() => this.#catchUp(tenant, conversationId));
  }

  async #catchUp(tenant: string, conversationId?: string): Promise<boolean> {
    const deadline = performance.now() + LONGEST_CATCH_UP_MS;
    const isInTime = (): boolean => performance.now() < deadline;
    if (conversationId !== undefined) {
      const key = { tenant, conversationId };
      while (await this.#index.isWaiting(key)) {
        if (!isInTime()) return false;
        await this.#add(() => [key]);
      }
      return true;
    }
    if (!this.#hasPassed) {
      // A failure is the job's to report, and the index is then not complete.
      const passing = this.#pass().catch(() => undefined);
      await Promise.race([passing, sleep(LONGEST_CATCH_UP_MS, undefined, { ref: false })]);
    }
    while (isInTime()) {
      if (!(await this.#addOf(tenant))) return this.#hasPassed;
    }
    return false;
  }

  /** Adds some of a tenant's waiting items. Returns `false` when none are waiting. */
  async #addOf(tenant: string): Promise<boolean> {
    const own = await this.#add(() => this.#index.changed.take(MOST_TOGETHER, tenant));
    if (own > 0) return true;
    const from = Math.max(this.#slots.get(tenant) ?? 0, this.#passedSlot);
    const slot = currentSlot() - SLOTS_BEHIND;
    const others = await this.#index.waitingSince(tenant, from, MOST_TOGETHER);
    if (others.length > 0) {
      await this.#add(() => others);
      return true;
    }
    if (this.#slots.size >= MOST_TENANTS) this.#slots.clear();
    this.#slots.set(tenant, slot);
    return false;
  }

  async #run(): Promise<void> {
    if (this.#index.changed.takeLost()) {
      this.#hasPassed = false;
      this.#nextPassAt = 0;
    }
    if (performance.now() >= this.#nextPassAt) await this.#pass();
    while (!this.#isStopping) {
      const count = await this.#add(() => this.#index.changed.take(MOST_TOGETHER));
      if (count === 0) return;
      await this.#pace.pause();
    }
  }

  /** Looks at all conversations, and adds what waits. */
  #pass(): Promise<void> {
    this.#passing ??= this.#passOnce().finally(() => {
      this.#passing = undefined;
    });
    return this.#passing;
  }

  async #passOnce(): Promise<void> {
    const slot = currentSlot() - SLOTS_BEHIND;
    let last: ConversationKey | undefined;
    do {
      const piece = await this.#pace.measure(() => this.#index.waitingAfter(last));
      last = piece.last;
      let keys = piece.keys;
      while (keys.length > 0) {
        if (this.#isStopping) return;
        const { unfinished } = await this.#added(keys.slice(0, MOST_TOGETHER));
        keys = [...unfinished, ...keys.slice(MOST_TOGETHER)];
        await this.#pace.pause();
      }
      if (last !== undefined) await this.#pace.pause();
    } while (last !== undefined && !this.#isStopping);
    this.#passedSlot = slot;
    this.#hasPassed = true;
    this.#nextPassAt = performance.now() + PASS_EVERY_MS;
  }

  /** Adds what waits of the conversations that `take` returns, and returns how many conversations these were. */
  async #add(take: () => readonly ConversationKey[]): Promise<number> {
    return this.#alone(async () => {
      const keys = take();
      if (keys.length === 0) return 0;
      let unfinished = keys;
      try {
        ({ unfinished } = await this.#pace.measure(() => this.#index.add(keys)));
      } finally {
        this.#index.changed.add(unfinished);
      }
      return keys.length;
    });
  }

  #added(keys: readonly ConversationKey[]): Promise<IndexedBatch> {
    return this.#alone(() => this.#pace.measure(() => this.#index.add(keys)));
  }

  /** Runs one batch after the other, so that a search waits for the one under way. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#adding.then(work);
    this.#adding = result.catch(() => undefined);
    return result;
  }

  async #erase(): Promise<void> {
    while (!this.#isStopping && (await this.#pace.measure(() => this.#index.erase()))) {
      await this.#pace.pause();
    }
    if (!this.#isStopping && performance.now() >= this.#nextRewritingAt) await this.#rewrite();
  }

  /** Writes the index anew if words were erased. It is as much work for one word as for many. */
  async #rewrite(): Promise<void> {
    let worked = 0;
    const step = async (): Promise<boolean> => {
      const began = performance.now();
      const hasMore = await this.#index.rewrite();
      worked += performance.now() - began;
      return hasMore;
    };
    let steps = 0;
    while (!this.#isStopping && (await this.#pace.measure(step))) {
      steps += 1;
      await this.#pace.pause();
    }
    if (steps === 0 || this.#isStopping) return;
    const rest = Math.max(REWRITE_EVERY_MS, worked * REST_OF_REWRITING);
    this.#nextRewritingAt = performance.now() + rest;
  }
}

function currentSlot(): number {
  return Math.floor(Date.now() / SLOT_MS);
}
