import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationKey } from '../../store/conversations/port.ts';
import type { Purged, RetentionStore } from '../../store/retention/port.ts';

/** Rows of each table that one piece deletes at most. */
const MOST_ROWS = 500;
const FIRST_ROWS = 50;
/** Time that the statements of a piece should take, for which requests wait. Milliseconds. */
const PIECE_MS = 4;
/** Weight of the last piece in the average of the rows that a millisecond deletes. */
const WEIGHT = 0.3;
/** Rest after a piece, as a multiple of its time, while other work may be done. */
const REST = 4;
const LONGEST_REST_MS = 100;

/** Runs a piece of work, and rests after it. */
export async function runPiece<Result>(piece: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  const result = await piece();
  await sleep(Math.min((performance.now() - began) * REST, LONGEST_REST_MS));
  return result;
}

/** The size of deletions. It follows the time that they have taken, on whatever disk and with whatever items. */
export class PieceSize {
  #rowsPerMs = FIRST_ROWS / PIECE_MS;

  /** Rows that the next piece may delete. */
  get rows(): number {
    return Math.max(1, Math.min(Math.round(this.#rowsPerMs * PIECE_MS), MOST_ROWS));
  }

  /** Notes a piece that has deleted so many rows. */
  note(rows: number, tookMs: number): void {
    if (rows === 0) return;
    const last = Math.min(rows / Math.max(tookMs, 0.01), MOST_ROWS);
    this.#rowsPerMs += (last - this.#rowsPerMs) * WEIGHT;
  }
}

export interface PurgedConversation extends Pick<Purged, 'items' | 'responses'> {
  /** `gone`: it is deleted. `absent`: another process has deleted it. `rest`: `goesOn` has ended the work. */
  readonly end: Purged['state'];
}

/** Deletes a purgeable conversation piece by piece, until `goesOn` returns `false`. */
export async function purgeWhole(
  store: Pick<RetentionStore, 'purge'>,
  key: ConversationKey,
  size: PieceSize,
  goesOn: () => Promise<boolean> = async () => true,
): Promise<PurgedConversation> {
  let [items, responses] = [0, 0];
  for (;;) {
    const purged = await runPiece(() => store.purge(key, size.rows));
    size.note(purged.items + purged.responses, purged.took);
    items += purged.items;
    responses += purged.responses;
    const isOver = purged.state !== 'rest' || !(await goesOn());
    if (isOver) return { items, responses, end: purged.state };
  }
}
