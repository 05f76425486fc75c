import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationKey } from '../../store/conversations/port.ts';
import type { Purged, RetentionStore } from '../../store/retention/port.ts';

/** Rows of each table that one piece deletes at most. */
const MOST_ROWS = 500;
const FIRST_ROWS = 100;
/** Longest time that a piece should take: requests wait for it. Milliseconds. */
const LONGEST_PIECE_MS = 8;
/** Rest after a piece, as a multiple of its own time, while other work may wait. */
const REST = 4;
const LONGEST_REST_MS = 200;

/**
 * The size of pieces. It follows the time that pieces have taken, so that none holds up a request for long, on whatever
 * disk and with whatever items.
 */
export class Pieces {
  #rows = FIRST_ROWS;
  readonly #rest: number;

  /** `isPatient` rests between pieces. A request that waits for the end does not. */
  constructor({ isPatient }: { readonly isPatient: boolean }) {
    this.#rest = isPatient ? REST : 0;
  }

  /** Rows of the next piece. */
  get rows(): number {
    return this.#rows;
  }

  /** Runs a piece, adapts the size of the next one, and rests. */
  async run<Result>(piece: (rows: number) => Promise<Result>): Promise<Result> {
    const began = performance.now();
    const result = await piece(this.#rows);
    const took = performance.now() - began;
    const next = took > LONGEST_PIECE_MS ? this.#rows / 2 : this.#rows * 1.5;
    this.#rows = Math.max(1, Math.min(Math.round(next), MOST_ROWS));
    await sleep(Math.min(took * this.#rest, LONGEST_REST_MS));
    return result;
  }
}

export interface PurgedConversation extends Pick<Purged, 'items' | 'responses'> {
  /** Whether it is deleted. It is not while a hold keeps it, or when another process has deleted it. */
  readonly isGone: boolean;
}

/** Deletes a purgeable conversation piece by piece. Stops between two pieces when `signal` is aborted. */
export async function purgeWhole(
  store: Pick<RetentionStore, 'purge'>,
  key: ConversationKey,
  pieces: Pieces,
  signal?: AbortSignal,
): Promise<PurgedConversation> {
  let [items, responses] = [0, 0];
  for (;;) {
    const purged = await pieces.run((rows) => store.purge(key, rows));
    items += purged.items;
    responses += purged.responses;
    const isOver = purged.state !== 'rest' || signal?.aborted === true;
    if (isOver) return { items, responses, isGone: purged.state === 'gone' };
  }
}
