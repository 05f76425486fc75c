import { apiError } from '../../contract/errors/registry.ts';
import { drained } from './drained.ts';
import type { Turn } from './turn.ts';

/** A turn that goes on without its client. */
export interface DetachedTurn {
  /** Resolves when it has ended, however it does. */
  readonly ended: Promise<void>;
  /** Ends it as if its client had just gone away. */
  readonly cancel: () => Promise<void>;
}

/** Turns that go on after their clients have gone away. */
export class DetachedTurns {
  readonly #running = new Map<Turn, Promise<void>>();

  /** `underWay` is the step that the turn makes already. */
  add(turn: Turn, underWay: Promise<unknown>): DetachedTurn {
    const ended = finish(turn, underWay).finally(() => this.#running.delete(turn));
    this.#running.set(turn, ended);
    return { ended, cancel: () => turn.giveUp({ kind: 'cancelled' }) };
  }

  /** Waits for all of them, and ends those that take longer than `withinMs`. */
  async close(withinMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    const error = apiError('turn_stopped');
    await drained(Promise.all(this.#running.values()), withinMs, () =>
      [...this.#running.keys()].map((turn) => turn.giveUp({ kind: 'failed', error })),
    );
  }
}

/** Runs a turn to its end, which stores it. One that cannot go on has ended too. */
async function finish(turn: Turn, underWay: Promise<unknown>): Promise<void> {
  try {
    await underWay;
    while (!turn.isOver) await turn.step();
  } catch {
    await turn.giveUp({ kind: 'failed', error: apiError('turn_stopped') });
  }
}
