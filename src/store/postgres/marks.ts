/** The marks in the write-ahead log that reads need a replica to have reached. */

import type { Topic } from '../engine/driver.ts';

/** A place in the write-ahead log: bytes from its beginning, on one timeline. A failover begins another timeline. */
export interface Mark {
  readonly timeline: number;
  readonly offset: number;
}

/** Most topics that are kept apart; those that were written longest ago share one offset. */
const MOST_TOPICS = 10_000;

/** The mark of this process's last write to each topic. */
export class Marks {
  #timeline = 0;
  /** Least offset for every topic. */
  #floor = 0;
  /** Ordered by the time of the last write. */
  readonly #offsets = new Map<Topic, number>();
  /** Topics of writes whose marks are not known, with the number of the loss; `undefined` for all topics. */
  readonly #lost = new Map<Topic | undefined, number>();
  #losses = 0;

  /** `undefined` for a start that is not known. */
  constructor(start: Mark | undefined) {
    if (start === undefined) this.lose(undefined);
    else this.note(undefined, start);
  }

  /** Returns what a replica must have reached to answer a read of the topic; `undefined` when that is not known. */
  neededFor(topic: Topic): Mark | undefined {
    if (this.#lost.size > 0 && (this.#lost.has(topic) || this.#lost.has(undefined))) {
      return undefined;
    }
    const offset = Math.max(this.#floor, this.#offsets.get(topic) ?? 0);
    return { timeline: this.#timeline, offset };
  }

  /** Notes a write that was committed before the mark. Without topics it may have changed all of them. */
  note(topics: readonly Topic[] | undefined, { timeline, offset }: Mark): void {
    // What an older timeline has is either before the beginning of the newer one, or lost.
    if (timeline < this.#timeline) return;
    if (timeline > this.#timeline) {
      this.#timeline = timeline;
      this.#offsets.clear();
      this.#floor = offset;
    }
    if (topics === undefined) this.#raise(offset);
    for (const topic of topics ?? []) {
      const before = this.#offsets.get(topic) ?? 0;
      this.#offsets.delete(topic);
      this.#offsets.set(topic, Math.max(before, offset));
    }
    for (const [topic, known] of this.#offsets) {
      if (this.#offsets.size <= MOST_TOPICS) break;
      this.#offsets.delete(topic);
      this.#raise(known);
    }
  }

  /** Notes a write whose mark is not known. */
  lose(topics: readonly Topic[] | undefined): void {
    this.#losses += 1;
    for (const topic of topics ?? [undefined]) this.#lost.set(topic, this.#losses);
    if (this.#lost.size <= MOST_TOPICS) return;
    this.#lost.clear();
    this.#lost.set(undefined, this.#losses);
  }

  /** How many writes have been lost, for `settle`. */
  get losses(): number {
    return this.#losses;
  }

  /** Gives a mark to the first writes that were lost, as many as there were when it was asked for. */
  settle(mark: Mark, losses: number): void {
    if (mark.timeline < this.#timeline) return;
    for (const [topic, loss] of this.#lost) {
      if (loss > losses) continue;
      this.#lost.delete(topic);
      this.note(topic === undefined ? undefined : [topic], mark);
    }
  }

  #raise(offset: number): void {
    this.#floor = Math.max(this.#floor, offset);
  }
}
