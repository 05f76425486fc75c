import { apiError } from '../../contract/errors/registry.ts';
import { drained } from './drained.ts';
import type { Turn } from './turn.ts';

/** Turns that go on after their clients have gone away. */
export class DetachedTurns {
  readonly #running = new Map<Turn, Promise<void>>();

  /** `underWay` is the step that the turn makes already. */
  add(turn: Turn, underWay: Promise<unknown>): void {
    const ended = finish(turn, underWay).finally(() => this.#running.delete(turn));
    this.#running.set(turn, ended);
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
