/** One turn: the answer of a model to a request, as events, and what is stored of it. */

import type { Principal } from '../../access/principal.ts';
import { ApiError, apiError } from '../../contract/errors/registry.ts';
import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { ResponseEcho } from '../../contract/responses/parameters/table.ts';
import {
  responseObject,
  type ResponseObject,
  type ResponseState,
} from '../../contract/responses/response.ts';
import { streamEvent, type StreamEvent } from '../../contract/responses/stream-events.ts';
import type { FinishReason, ModelFailure, ModelUsage } from '../../model/port.ts';
import type { NewResponse, ResponseItem } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import { Accumulator } from '../generation/accumulate.ts';
import type { BareEvent } from '../generation/block.ts';
import type { TurnEvent } from '../generation/events.ts';
import type { TurnEvents } from '../generation/rounds.ts';
import type { SealReasoning } from '../generation/reasoning-block.ts';
import { failureError, responseFailure, type ResponseFailure } from '../models/failures.ts';
import { commit, commitAlone, type CommitParams } from './commit.ts';
import type { Destination } from './target.ts';
import type { TurnEnd, TurnWatch } from './turn-watch.ts';
import { TurnLost } from './turns.ts';

export interface TurnParams {
  readonly store: Pick<Store, 'responses'>;
  readonly principal: Principal;
  readonly destination: Destination;
  readonly id: string;
  readonly createdAt: number;
  readonly model: string;
  readonly conversationId: string | undefined;
  readonly echo: ResponseEcho;
  /** The request's own items, to be stored before the answer. */
  readonly input: readonly ResponseItem[];
  readonly seal: SealReasoning;
  readonly includesLogprobs: boolean;
  /** The answer of the model server, and of tools. It ends when `stop` is aborted. */
  readonly answer: TurnEvents;
  readonly stop: AbortController;
  readonly watch: TurnWatch;
  /** Turns a path in what the model is shown into one of the request. */
  readonly requestPath: (path: string) => string;
}

/** Events that are to be sent; the last one is the terminal event, which is sent after all is stored. */
export type Step =
  | { readonly isLast: false; readonly events: readonly StreamEvent[] }
  | {
      readonly isLast: true;
      readonly event: StreamEvent<TerminalType>;
      readonly response: ResponseObject;
      /** Set when the response has failed. */
      readonly error: ApiError | undefined;
    };

type TerminalType = 'response.completed' | 'response.incomplete' | 'response.failed';
/** How a response ends, as its state has it. */
type Ending =
  Extract<ResponseState, { readonly usage: unknown }> extends infer State
    ? State extends ResponseState
      ? Omit<State, 'id' | 'model' | 'conversationId' | 'createdAt' | 'usage'>
      : never
    : never;

/** The end of a turn that another process has taken, or that needs tools which cannot be had. */
interface Overtaken {
  readonly type: 'failure';
  readonly failure: TurnLost | ApiError;
}

/** How a turn is given up. */
export type GivenUp =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** A turn that runs. It makes its next step when it is asked to, so a slow reader slows the model server down. */
export class Turn {
  readonly #params: TurnParams;
  readonly #accumulator: Accumulator;
  #sequence = 0;
  #phase: 'started' | 'answering' | 'finished' | 'over' = 'started';
  #reason: FinishReason = 'stop';
  /** Resolves when the commit under way has its result. */
  #committed: Promise<void> | undefined;
  #endedAlone: Promise<void> | undefined;
  #failure: ResponseFailure | undefined;

  constructor(params: TurnParams) {
    this.#params = params;
    const { seal, includesLogprobs } = params;
    this.#accumulator = new Accumulator({ seal, includesLogprobs });
  }

  /** Whether nothing is left to do. */
  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /**
   * Waits until the model server has begun to answer. Throws an `ApiError` when it does not, and the reason of the signal
   * that has stopped the turn. Then the turn is over, and nothing is stored.
   */
  async start(): Promise<void> {
    this.#params.watch.asked(this.#params.id);
    let first: TurnEvent | Overtaken | undefined;
    try {
      [first] = await this.#next();
    } catch (error) {
      await this.#end({ status: 'cancelled', written: [], error: undefined });
      throw error;
    }
    if (first?.type === 'started') return;
    if (first?.type !== 'failure') throw new Error('an answer begins in its middle');
    const error = this.#errorOf(first);
    await this.#end({ status: 'failed', written: [], error });
    throw error;
  }

  /** Makes the next step. Throws the reason of the signal that has stopped the turn. */
  async step(): Promise<Step> {
    switch (this.#phase) {
      case 'started': {
        this.#phase = 'answering';
        const response = this.#response({ status: 'in_progress' });
        const events = (['response.created', 'response.in_progress'] as const).map((type) =>
          this.#numbered({ type, response }),
        );
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
    return failure instanceof TurnLost
      ? apiError('turn_overtaken')
      : failureError(failure, this.#params);
  }

  async #answering(): Promise<Step> {
    for (;;) {
      const events: StreamEvent[] = [];
      for (const event of await this.#next()) {
        if (event.type === 'failure') return this.#failed(this.#errorOf(event));
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
    const ending: Ending =
      this.#reason === 'stop'
        ? { status: 'completed', completedAt: Date.now() }
        : {
            status: 'incomplete',
            reason: this.#reason === 'length' ? 'max_output_tokens' : 'content_filter',
          };
    const items = this.#accumulator.items;
    const kept = items.filter((item) => !isCutCall(item));
    const rest = items.filter(isCutCall);
    const output = kept.map(stored);
    const { destination, input } = this.#params;
    if (destination.kind === 'none') {
      return this.#over(ending, []);
    }
    const exchange = { response: this.#stored(ending, rest), input, output };
    let result;
    try {
      const commits = commit(this.#committing(destination), exchange);
      this.#committed = commits.then(
        () => undefined,
        () => undefined,
      );
      result = await commits;
    } catch (error) {
      return this.#failed(apiError('turn_not_stored', undefined, error));
    }
    if (result === 'lost') return this.#failed(apiError('turn_overtaken'));
    // A finished answer is delivered although its conversation is gone.
    return this.#over(ending, result === 'stored' ? [...input, ...output] : []);
  }

  async #failed(error: ApiError): Promise<Step> {
    const ending: Ending = { status: 'failed', error: responseFailure(error) };
    await this.#endAlone(ending, error);
    return this.#last(ending, error);
  }

  async #over(ending: Ending, written: readonly ResponseItem[]): Promise<Step> {
    await this.#end({ status: ending.status, written, error: undefined });
    return this.#last(ending);
  }

  #last(ending: Ending, error?: ApiError): Step {
    const response = this.#response({ ...ending, usage: this.#usage });
    const type =
      ending.status === 'completed' || ending.status === 'incomplete'
        ? (`response.${ending.status}` as const)
        : 'response.failed';
    return {
      isLast: true,
      event: streamEvent(type, this.#sequence, { response }),
      response,
      error,
    };
  }

  /** Stores the response without items, as well as that is possible, and ends the turn. The first ending counts. */
  #endAlone(ending: Ending, error?: ApiError): Promise<void> {
    this.#endedAlone ??= this.#storeAlone(ending, error);
    return this.#endedAlone;
  }

  async #storeAlone(ending: Ending, error: ApiError | undefined): Promise<void> {
    const { destination } = this.#params;
    if (ending.status === 'failed') this.#failure = ending.error;
    if (destination.kind !== 'none') {
      const partial = ending.status === 'cancelled' ? [] : this.#accumulator.items;
      await commitAlone(this.#committing(destination), this.#stored(ending, partial)).catch(
        () => undefined,
      );
    }
    await this.#end({ status: ending.status, written: [], error });
  }

  async #end(end: Omit<TurnEnd, 'usage'>): Promise<void> {
    this.#phase = 'over';
    const { destination, answer, watch } = this.#params;
    if (destination.kind === 'conversation') await destination.turn.release();
    await answer.return();
    watch.ended({ ...end, usage: this.#usage });
  }

  #committing(destination: CommitParams['destination']): CommitParams {
    const { store, principal } = this.#params;
    return { store, principal, destination };
  }

  #stored(ending: Ending, rest: readonly OutputItem[]): NewResponse {
    const { id, createdAt } = this.#params;
    const data = JSON.stringify(this.#response({ ...ending, usage: this.#usage }, []));
    const { status } = ending;
    return { id, createdAt, status, data, rest: rest.length === 0 ? null : JSON.stringify(rest) };
  }

  #response(
    state: { readonly status: 'in_progress' } | (Ending & { readonly usage: ModelUsage | null }),
    output: readonly OutputItem[] = this.#accumulator.items,
  ): ResponseObject {
    const { id, createdAt, model, conversationId, echo } = this.#params;
    // Sound: each state with what all of them have.
    const whole = { id, createdAt, model, conversationId, ...state } as ResponseState;
    return responseObject(echo, whole, output);
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

const CALLS = new Set<string>(['function_call', 'custom_tool_call', 'mcp_call']);

/** Checks for a call that was cut off, which nobody could answer. */
function isCutCall(item: OutputItem): boolean {
  const isCall = CALLS.has(item.type);
  return isCall && 'status' in item && item.status === 'incomplete';
}

function stored(item: OutputItem): ResponseItem {
  return { kind: 'minted', id: item.id, type: item.type, data: JSON.stringify(item) };
}
