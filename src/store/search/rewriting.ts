/**
 * Rewriting the segments of SQLite's full-text index. Its list of pages has the words that pages begin with, also after
 * these were deleted, until the segment is written anew.
 */

import type { Driver, Steps } from '../engine/driver.ts';
import { integer } from '../engine/rows.ts';
import * as sql from './statements.ts';

/** Pages that are written in one transaction: a few milliseconds. */
const PAGES = 16;
/** A merge that has found something to do changes at least so many rows. */
const CHANGES_OF_WORK = 2;

/** A rewriting of all segments, in steps. It is due when words were erased since the last one began. */
export class Rewriting {
  readonly #driver: Driver;
  /** The number of erasures before the rewriting under way. */
  #covered: number | undefined;
  #hasMerged = false;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Writes some pages anew. Returns whether there is more to do. */
  async step(): Promise<boolean> {
    if (this.#covered === undefined) return this.#begin();
    const covered = this.#covered;
    const outcome = await this.#write((steps) => {
      // One segment alone is not merged, so that another process must not have taken the second one away.
      if (!this.#hasMerged && steps.get(SELECT_MARK) === undefined) return 'lost';
      return merges(steps, this.#hasMerged ? PAGES : -PAGES) ? 'merged' : 'done';
    });
    this.#hasMerged = outcome === 'merged';
    if (outcome === 'merged') return true;
    this.#covered = undefined;
    if (outcome === 'lost') return true;
    await this.#write((steps) => {
      unmark(steps);
      steps.run({ sql: sql.SET_REWRITTEN, parameters: [covered] });
    }, true);
    return false;
  }

  async #begin(): Promise<boolean> {
    const query = { sql: sql.SELECT_ERASURES, parameters: [] };
    const [row] = await this.#driver.read({ scope: { kind: 'all' }, query });
    if (row === undefined || integer(row, 'erased') <= integer(row, 'rewritten')) return false;
    await this.#write((steps) => {
      unmark(steps);
      steps.run({ sql: sql.INSERT_WORDS, parameters: [...MARK] });
    });
    this.#covered = integer(row, 'erased');
    this.#hasMerged = false;
    return true;
  }

  #write<Result>(inSteps: (steps: Steps) => Result, erases = false): Promise<Result> {
    return this.#driver.write<Result>({
      scope: { kind: 'all' },
      changes: [],
      erases,
      inSteps,
      inRoundTrips: () => Promise.reject(new Error('only SQLite has segments')),
    });
  }
}

/** A document of no item, in a segment of its own: it makes a second one, since one alone is not merged. */
const MARK = [-1, 'x'] as const;
const SELECT_MARK = { sql: sql.SELECT_NUMBER, parameters: [MARK[0]] };

function unmark(steps: Steps): void {
  steps.run({ sql: sql.DELETE_WORDS, parameters: [...MARK] });
}

/** Merges segments: all of them for a negative number of pages, else those that are being merged or are many. */
function merges(steps: Steps, pages: number): boolean {
  const before = changesOf(steps);
  steps.run({ sql: sql.MERGE, parameters: [pages] });
  return changesOf(steps) - before >= CHANGES_OF_WORK;
}

function changesOf(steps: Steps): number {
  const row = steps.get({ sql: sql.COUNT_CHANGES, parameters: [] });
  return row === undefined ? 0 : integer(row, 'count');
}
