import type { ApiError } from '../../contract/errors/registry.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseObject } from '../../contract/responses/response.ts';
import type { StreamEvent } from '../../contract/responses/stream-events.ts';
import type { Step } from './turn-steps.ts';
import type { Turn } from './turn.ts';

export interface RunningTurnOptions {
  /** Aborted when the call is stopped. */
  readonly signal: AbortSignal;
  /** Whether the client has gone away. */
  readonly isClientGone: () => boolean;
  /** The end of a turn whose client has gone away. */
  readonly onDisconnect: 'cancel' | 'finish';
  /** Keeps a turn that goes on without its client, once its step under way has ended. */
  readonly detach: (turn: Turn, underWay: Promise<unknown>) => void;
}

/** A turn as its caller sees it, who may leave it. */
export class RunningTurn {
  readonly #turn: Turn;
  readonly #options: RunningTurnOptions;
  #underWay: Promise<unknown> = Promise.resolve();
  #isDetached = false;

  constructor(turn: Turn, options: RunningTurnOptions) {
    this.#turn = turn;
    this.#options = options;
  }

  /** Whether the turn goes on without its client. */
  get isDetached(): boolean {
    return this.#isDetached;
  }

  /** Resolves when the model server has begun to answer. Rejects when it does not, and when the client has gone. */
  async start(): Promise<void> {
    try {
      await this.#whileWanted(this.#turn.start());
      this.#options.signal.throwIfAborted();
    } catch (error) {
      await this.leave();
      throw error;
    }
  }

  /** Makes the next step of a stream. Rejects with the signal's reason when the client has gone. */
  step(): Promise<Step> {
    return this.#whileWanted(this.#turn.step());
  }

  failure(error: ApiError): StreamEvent<'response.failed'> {
    return this.#turn.failure(error);
  }

  /** Resolves with the response when it has ended. Throws an `ApiError` for one that has failed. */
  async whole(): Promise<ResponseObject> {
    try {
      for (;;) {
        const step = await this.step();
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
    if (this.#turn.isOver || this.#isDetached) return;
    if (!isClientGone())
      return this.#turn.giveUp({ kind: 'failed', error: apiError('turn_stopped') });
    if (onDisconnect === 'cancel') return this.#turn.giveUp({ kind: 'cancelled' });
    this.#isDetached = true;
    detach(this.#turn, this.#underWay);
  }

  /**
   * Resolves with the result of a step. When the client goes away from a turn that goes on without it, nobody waits for
   * the step any longer.
   */
  async #whileWanted<Result>(step: Promise<Result>): Promise<Result> {
    this.#underWay = step;
    const { signal, isClientGone, onDisconnect } = this.#options;
    if (onDisconnect === 'cancel') return step;
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const stopped = (): void => {
      if (isClientGone()) reject(signal.reason);
    };
    signal.addEventListener('abort', stopped);
    if (signal.aborted) stopped();
    try {
      return await Promise.race([step, gone]);
    } finally {
      signal.removeEventListener('abort', stopped);
    }
  }
}
