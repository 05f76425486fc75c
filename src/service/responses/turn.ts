/** One turn: the answer of a model to a request, as events, and what is stored of it. */

import { ApiError, apiError } from '../../contract/errors/registry.ts';
import type { ResponseObject } from '../../contract/responses/response.ts';
import { streamEvent, type StreamEvent } from '../../contract/responses/stream-events.ts';
import type { FinishReason, ModelFailure, ModelUsage } from '../../model/port.ts';
import type { ResponseItem } from '../../store/responses/port.ts';
import { Accumulator } from '../generation/accumulate.ts';
import type { BareEvent } from '../generation/block.ts';
import type { TurnEvent } from '../generation/events.ts';
import type { TurnEvents } from '../generation/rounds.ts';
import type { SealReasoning } from '../generation/reasoning-block.ts';
import { failureError, responseFailure, type ResponseFailure } from '../models/failures.ts';
import {
  endingOf,
  isCutCall,
  responseOf,
  storedItem,
  storedResponse,
  terminalEvent,
  type Ending,
  type ResponseHead,
  type ResponseProgress,
} from './turn-response.ts';
import type { GivenUp, LastStep, Step } from './turn-steps.ts';
import type { TurnStorage } from './turn-storage.ts';
import type { TurnEnd, TurnWatch } from './turn-watch.ts';
import { TurnLost } from './held-turn.ts';

export interface TurnParams {
  readonly head: ResponseHead;
  /** `undefined` for a turn of which nothing is stored. */
  readonly storage: TurnStorage | undefined;
  /** The number of the first event; events before it were made elsewhere. */
  readonly firstEvent: number;
  /** The request's own items, to be stored before the answer. */
  readonly input: readonly ResponseItem[];
  readonly seal: SealReasoning;
  readonly includesLogprobs: boolean;
  /** The answer of the model server, and of tools. It ends when `stop` is aborted. */
  readonly answer: TurnEvents;
  readonly stop: AbortController;
  readonly watch: TurnWatch;
  /** Makes the JSON of what is known of the turn so far. */
  readonly report: () => string;
  /** Turns a path in what the model is shown into one of the request. */
  readonly requestPath: (path: string) => string;
}

/** The end of a turn that another one has taken the place of, or that needs tools which cannot be had. */
interface Overtaken {
  readonly type: 'failure';
  readonly failure: TurnLost | ApiError;
}

const FIRST_EVENTS = ['response.created', 'response.queued', 'response.in_progress'] as const;

/** A turn that runs. It makes its next step when it is asked to, so a slow reader slows the model server down. */
export class Turn {
  readonly #params: TurnParams;
  readonly #accumulator: Accumulator;
  #sequence: number;
  #phase: 'started' | 'answering' | 'finished' | 'over' = 'started';
  #reason: FinishReason = 'stop';
  /** Resolves when the commit under way has its result. */
  #committed: Promise<void> | undefined;
  #endedAlone: Promise<void> | undefined;
  #failure: ResponseFailure | undefined;

  constructor(params: TurnParams) {
    this.#params = params;
    this.#sequence = params.firstEvent;
    const { seal, includesLogprobs } = params;
    this.#accumulator = new Accumulator({ seal, includesLogprobs });
  }

  /** Whether nothing is left to do. */
  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /**
   * Waits until the model server has begun to answer. Throws an `ApiError` when it does not, and the reason of the signal
   * that has stopped the turn. Then the turn is over, and nothing is stored, unless its storage keeps all ends.
   */
  async start(): Promise<void> {
    const { watch, head } = this.#params;
    watch.asked(head.id);
    let first: TurnEvent | Overtaken | undefined;
    try {
      [first] = await this.#next();
    } catch (error) {
      await this.#endEarly({ status: 'cancelled' }, undefined);
      throw error;
    }
    if (first?.type === 'started') return;
    if (first?.type !== 'failure') throw new Error('an answer begins in its middle');
    const error = this.#errorOf(first);
    await this.#endEarly(
      isInterrupted(first)
        ? { status: 'cancelled' }
        : { status: 'failed', error: responseFailure(error) },
      error,
    );
    throw error;
  }

  /** Makes the next step. Throws the reason of the signal that has stopped the turn. */
  async step(): Promise<Step> {
    switch (this.#phase) {
      case 'started': {
        this.#phase = 'answering';
        const response = this.#response({ status: 'in_progress' });
        const types = FIRST_EVENTS.filter(
          (type, index) => type !== 'response.queued' && index >= this.#params.firstEvent,
        );
        const events = types.map((type) => this.#numbered({ type, response }));
        return { isLast: false, events };
      }
      case 'answering':
        return this.#answering();
      case 'finished':
        return this.#finished();
      case 'over':
        throw new Error('the turn is over');
    }
  }

  /** Ends a turn that is not over, and stores the response without items. Stops the model server. */
  async giveUp(how: GivenUp): Promise<void> {
    if (this.isOver) return;
    this.#params.stop.abort();
    // A commit under way decides how the turn ends.
    await this.#committed;
    if (this.isOver) return;
    if (how.kind === 'cancelled') await this.#endAlone({ status: 'cancelled' });
    else await this.#endAlone({ status: 'failed', error: responseFailure(how.error) }, how.error);
  }

  /** Makes the terminal event of a failure that comes from outside of the turn, with the error that is stored. */
  failure(error: ApiError): StreamEvent<'response.failed'> {
    const response = this.#response({
      status: 'failed',
      error: this.#failure ?? responseFailure(error),
      usage: this.#usage,
    });
    return streamEvent('response.failed', this.#sequence, { response });
  }

  /** Resolves with the next events of the model server; a turn that is lost fails. */
  async #next(): Promise<readonly (TurnEvent | Overtaken)[]> {
    try {
      const { done, value } = await this.#params.answer.next();
      if (done !== true) {
        for (const event of value) this.#params.watch.received(event);
        return value;
      }
    } catch (error) {
      if (error instanceof TurnLost || error instanceof ApiError) {
        return [{ type: 'failure', failure: error }];
      }
      throw error;
    }
    throw new Error('an answer ended without its last event');
  }

  #errorOf({ failure }: { readonly failure: ModelFailure | Overtaken['failure'] }): ApiError {
    if (failure instanceof ApiError) return failure;
    if (failure instanceof TurnLost) {
      return apiError(failure.isInterrupted ? 'response_interrupted' : 'turn_overtaken');
    }
    const { head, requestPath } = this.#params;
    return failureError(failure, { model: head.model, requestPath });
  }

  async #answering(): Promise<Step> {
    for (;;) {
      const events: StreamEvent[] = [];
      for (const event of await this.#next()) {
        if (event.type === 'failure') {
          return isInterrupted(event) ? this.#cancelled() : this.#failed(this.#errorOf(event));
        }
        for (const each of this.#grown(event)) events.push(this.#numbered(each));
      }
      if (events.length > 0 || this.#phase === 'finished') return { isLast: false, events };
    }
  }

  #grown(event: Exclude<TurnEvent, { readonly type: 'failure' }>): readonly BareEvent[] {
    if (event.type !== 'finish') return this.#accumulator.add(event);
    this.#phase = 'finished';
    this.#reason = event.reason;
    return this.#accumulator.finish(event.reason);
  }

  /** Stores the turn, and then makes the terminal event. */
  async #finished(): Promise<Step> {
    const ending = endingOf(this.#reason);
    const items = this.#accumulator.items;
    const rest = items.filter(isCutCall);
    const output = items.filter((item) => !isCutCall(item)).map(storedItem);
    const { head, storage, input, report } = this.#params;
    const last = this.#last(ending);
    if (storage === undefined) return this.#over(last, []);
    const response = storedResponse(head, { ...ending, usage: this.#usage }, rest, report());
    let result;
    try {
      const commits = storage.commit({ response, input, output }, last.event);
      this.#committed = commits.then(
        () => undefined,
        () => undefined,
      );
      result = await commits;
    } catch (error) {
      return this.#failed(apiError('turn_not_stored', undefined, error));
    }
    if (result === 'interrupted') return this.#cancelled();
    if (result === 'lost') return this.#failed(apiError('turn_overtaken'));
    // A finished answer is delivered although its conversation is gone.
    return this.#over(last, result === 'stored' ? [...input, ...output] : []);
  }

  async #failed(error: ApiError): Promise<Step> {
    const ending: Ending = { status: 'failed', error: responseFailure(error) };
    await this.#endAlone(ending, error);
    return this.#last(ending, error);
  }

  async #cancelled(): Promise<Step> {
    this.#params.stop.abort();
    await this.#endAlone({ status: 'cancelled' });
    return this.#last({ status: 'cancelled' });
  }

  async #over(last: LastStep, written: readonly ResponseItem[]): Promise<Step> {
    // Sound: an answer that is whole is one of the two.
    const status = last.response.status as 'completed' | 'incomplete';
    await this.#end({ status, written, error: undefined });
    return last;
  }

  #last(ending: Ending, error?: ApiError): LastStep {
    const response = this.#response({ ...ending, usage: this.#usage });
    return { isLast: true, event: terminalEvent(response, this.#sequence), response, error };
  }

  /** Ends a turn whose model server has not begun to answer. */
  #endEarly(ending: Ending, error: ApiError | undefined): Promise<void> {
    return this.#params.storage?.keepsAllEnds === true
      ? this.#endAlone(ending, error)
      : this.#end({ status: ending.status, written: [], error });
  }

  /** Stores the response without items, as well as that is possible, and ends the turn. The first ending counts. */
  #endAlone(ending: Ending, error?: ApiError): Promise<void> {
    this.#endedAlone ??= this.#storeAlone(ending, error);
    return this.#endedAlone;
  }

  async #storeAlone(ending: Ending, error: ApiError | undefined): Promise<void> {
    const { head, storage, report } = this.#params;
    if (ending.status === 'failed') this.#failure = ending.error;
    if (storage !== undefined) {
      const partial = ending.status === 'cancelled' ? [] : this.#accumulator.items;
      const response = storedResponse(head, { ...ending, usage: this.#usage }, partial, report());
      await storage.commitAlone(response, this.#last(ending).event).catch(() => undefined);
    }
    await this.#end({ status: ending.status, written: [], error });
  }

  async #end(end: Omit<TurnEnd, 'usage'>): Promise<void> {
    this.#phase = 'over';
    const { storage, answer, watch } = this.#params;
    await storage?.release();
    await answer.return();
    watch.ended({ ...end, usage: this.#usage });
  }

  #response(progress: ResponseProgress): ResponseObject {
    return responseOf(this.#params.head, progress, this.#accumulator.items);
  }

  get #usage(): ModelUsage | null {
    return this.#accumulator.usage ?? null;
  }

  #numbered(event: BareEvent): StreamEvent {
    const number = this.#sequence;
    this.#sequence += 1;
    // Sound: the fields of this type.
    return streamEvent(event.type, number, event as never);
  }
}

function isInterrupted(end: { readonly failure: ModelFailure | Overtaken['failure'] }): boolean {
  return end.failure instanceof TurnLost && end.failure.isInterrupted;
}
