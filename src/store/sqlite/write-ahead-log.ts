import { integer } from '../engine/rows.ts';
import type { SqliteSteps } from './steps.ts';

/** How long a disk that has refused to fold the log is left alone: each try may write the whole log again. */
const PAUSE_BEFORE_FOLDING_AGAIN_MS = 1_000;
/** How long it waits for a moment in which nobody writes. */
const LONGEST_WAIT_MS = 1_000;

/**
 * The log beside an open database. SQLite folds it into the file as it grows, and never empties it by itself; it is
 * emptied here when it may hold text that has been deleted, fills the disk, or belongs to a file that was moved.
 */
export class WriteAheadLog {
  readonly #steps: SqliteSteps;
  /** Whether nothing is being written, so that the log can be emptied. */
  readonly #isIdle: () => boolean;
  #askedAt: number | undefined;
  #notBefore = 0;

  constructor(steps: SqliteSteps, isIdle: () => boolean) {
    this.#steps = steps;
    this.#isIdle = isIdle;
  }

  /** From now on it is to be emptied as soon as that is possible. */
  askToEmpty(): void {
    this.#askedAt ??= performance.now();
  }

  /** To be called where others want to write. */
  emptyIfOverdue(): void {
    if (this.#askedAt === undefined) return;
    if (performance.now() - this.#askedAt > LONGEST_WAIT_MS) this.emptyIfAsked();
  }

  /** To be called where nobody writes. */
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
   * Folds it into the file and empties it, and returns whether that was possible. When another process is reading,
   * or the disk refuses, it stays beside the file, complete.
   */
  empty(): boolean {
    try {
      const row = this.#steps.get({ sql: 'PRAGMA wal_checkpoint(TRUNCATE)', parameters: [] });
      if (row === undefined || integer(row, 'busy') !== 0) return false;
      this.#askedAt = undefined;
      return true;
    } catch {
      // As when somebody reads: it stays where it is for now.
      return false;
    }
  }
}
