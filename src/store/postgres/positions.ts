/** The positions in the write-ahead log that reads need a replica to have reached. */

import type { Subject } from '../engine/driver.ts';

/** A place in the write-ahead log: bytes from its beginning, on one timeline. A failover begins another timeline. */
export interface Position {
  readonly timeline: number;
  readonly offset: number;
}

/** Most subjects that are kept apart; those that were written longest ago share one offset. */
const MOST_SUBJECTS = 10_000;

/** The position of this process's last write to each subject. */
export class Positions {
  #timeline = 0;
  /** Least offset for every subject. */
  #floor = 0;
  /** Ordered by the time of the last write. */
  readonly #offsets = new Map<Subject, number>();
  /** Subjects of writes whose positions are not known, with the number of the loss; `undefined` for all subjects. */
  readonly #lost = new Map<Subject | undefined, number>();
  #losses = 0;

  /** `undefined` for a start that is not known. */
  constructor(start: Position | undefined) {
    if (start === undefined) this.lose(undefined);
    else this.note(undefined, start);
  }

  /** Returns what a replica must have reached to answer a read of the subject; `undefined` when that is not known. */
  neededFor(subject: Subject): Position | undefined {
    if (this.#lost.size > 0 && (this.#lost.has(subject) || this.#lost.has(undefined))) {
      return undefined;
    }
    const offset = Math.max(this.#floor, this.#offsets.get(subject) ?? 0);
    return { timeline: this.#timeline, offset };
  }

  /** Notes a write that was committed before the position. Without subjects it may have changed all of them. */
  note(subjects: readonly Subject[] | undefined, { timeline, offset }: Position): void {
    // What an older timeline has is either before the beginning of the newer one, or lost.
    if (timeline < this.#timeline) return;
    if (timeline > this.#timeline) {
      this.#timeline = timeline;
      this.#offsets.clear();
      this.#floor = offset;
    }
    if (subjects === undefined) this.#raise(offset);
    for (const subject of subjects ?? []) {
      const before = this.#offsets.get(subject) ?? 0;
      this.#offsets.delete(subject);
      this.#offsets.set(subject, Math.max(before, offset));
    }
    for (const [subject, known] of this.#offsets) {
      if (this.#offsets.size <= MOST_SUBJECTS) break;
      this.#offsets.delete(subject);
      this.#raise(known);
    }
  }

  /** Notes a write whose position is not known. */
  lose(subjects: readonly Subject[] | undefined): void {
    this.#losses += 1;
    for (const subject of subjects ?? [undefined]) this.#lost.set(subject, this.#losses);
    if (this.#lost.size <= MOST_SUBJECTS) return;
    this.#lost.clear();
    this.#lost.set(undefined, this.#losses);
  }

  /** How many writes have been lost, for `settle`. */
  get losses(): number {
    return this.#losses;
  }

  /** Gives a position to the first writes that were lost, as many as there were when it was asked for. */
  settle(position: Position, losses: number): void {
    if (position.timeline < this.#timeline) return;
    for (const [subject, loss] of this.#lost) {
      if (loss > losses) continue;
      this.#lost.delete(subject);
      this.note(subject === undefined ? undefined : [subject], position);
    }
  }

  #raise(offset: number): void {
    this.#floor = Math.max(this.#floor, offset);
  }
}
