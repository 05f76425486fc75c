import type { ApiError } from '../../contract/errors/registry.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseObject } from '../../contract/responses/response.ts';
import type { StreamEvent } from '../../contract/responses/stream-events.ts';
import type { Step, Turn } from './turn.ts';

export interface RunningTurnOptions {
  /** Whether the client has gone away. */
  readonly isClientGone: () => boolean;
  /** The end of a turn whose client has gone away. */
  readonly onDisconnect: 'cancel' | 'finish';
  /** Keeps a turn that goes on without its client. */
  readonly detach: (turn: Turn) => void;
}

/** A turn as its caller sees it, who may leave it. */
export class RunningTurn {
  readonly #turn: Turn;
  readonly #options: RunningTurnOptions;

  constructor(turn: Turn, options: RunningTurnOptions) {
    this.#turn = turn;
    this.#options = options;
  }

  /** Makes the next step of a stream. */
  step(): Promise<Step> {
    return this.#turn.step();
  }

  failure(error: ApiError): StreamEvent<'response.failed'> {
    return this.#turn.failure(error);
  }

  /** Resolves with the response when it has ended. Throws an `ApiError` for one that has failed. */
  async whole(): Promise<ResponseObject> {
    try {
      for (;;) {
        const step = await this.#turn.step();
        if (!step.isLast) continue;
        if (step.error !== undefined) throw step.error;
        return step.response;
      }
    } finally {
      await this.leave();
    }
  }

  /** Ends a turn that is not over, or lets it go on without its client. */
  async leave(): Promise<void> {
    const { isClientGone, onDisconnect, detach } = this.#options;
    if (this.#turn.isOver) return;
    if (!isClientGone())
      return this.#turn.giveUp({ kind: 'failed', error: apiError('turn_stopped') });
    if (onDisconnect === 'cancel') return this.#turn.giveUp({ kind: 'cancelled' });
    detach(this.#turn);
  }
}
