/** What is noted for a request while it is answered. The layers in between need not pass it on. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { StoreCall } from './store-calls.ts';
import type { TurnReport } from './turns.ts';

export interface RequestNotes {
  readonly id: string;
  readonly calls: StoreCall[];
  turn: TurnReport | undefined;
}

const current = new AsyncLocalStorage<RequestNotes>();

/** Runs `work`, and notes what it reports in `notes`. */
export function noting<Result>(notes: RequestNotes, work: () => Result): Result {
  return current.run(notes, work);
}

/** Returns the notes of the request under way. */
export function currentNotes(): RequestNotes | undefined {
  return current.getStore();
}

/** Runs `work`, which goes on after the request under way, and notes nothing of it. */
export function withoutNotes<Result>(work: () => Result): Result {
  return current.exit(work);
}
