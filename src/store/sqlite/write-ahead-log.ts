import { integer } from '../engine/rows.ts';
import type { SqliteSteps } from './steps.ts';

/** Pause after a disk has refused to fold the log: each try may write the whole log again. */
const PAUSE_BEFORE_FOLDING_AGAIN_MS = 1_000;
/** Longest wait for a moment without writes. */
const LONGEST_WAIT_MS = 1_000;

/**
 * The log of an open database. SQLite folds it into the file as it grows, and never empties it by itself. It is emptied
 * here when it may hold deleted text, fills the disk, or belongs to a file that was moved.
 */
export class WriteAheadLog {
  readonly #steps: SqliteSteps;
  /** Returns `true` when nothing is being written, so that the log can be emptied. */
  readonly #isIdle: () => boolean;
  #askedAt: number | undefined;
  #notBefore = 0;

  constructor(steps: SqliteSteps, isIdle: () => boolean) {
    this.#steps = steps;
    this.#isIdle = isIdle;
  }

  /** Requests that the log be emptied as soon as that is possible. */
  askToEmpty(): void {
    this.#askedAt ??= performance.now();
  }

  /** Called before writes that are waiting. */
  emptyIfOverdue(): void {
    if (this.#askedAt === undefined) return;
    if (performance.now() - this.#askedAt > LONGEST_WAIT_MS) this.emptyIfAsked();
  }

  /** Called when no write is waiting. */
  emptyIfAsked(): void {
    if (this.#askedAt === undefined || performance.now() < this.#notBefore) return;
    if (this.empty()) return;
    this.#notBefore = performance.now() + PAUSE_BEFORE_FOLDING_AGAIN_MS;
    // Also when no write comes by: what was deleted must not stay in it for long.
    setTimeout(() => {
      if (this.#isIdle()) this.emptyIfAsked();
    }, PAUSE_BEFORE_FOLDING_AGAIN_MS + 1).unref();
  }

  /**
   * Folds the log into the file and empties it, and returns whether that was possible. While another process reads, or
   * when the disk refuses, the log stays as it is, complete.
   */
  empty(): boolean {
    try {
      const row = this.#steps.get({ sql: 'PRAGMA wal_checkpoint(TRUNCATE)', parameters: [] });
      if (row === undefined || integer(row, 'busy') !== 0) return false;
      this.#askedAt = undefined;
      return true;
    } catch {
      // Such as a concurrent reader: the log stays as it is for now.
      return false;
    }
  }
}
