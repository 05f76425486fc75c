/** The answer to a request that is made to fit the context of its model. */

import type { AssembledContext } from '../../context/assemble.ts';
import { itemsBytes } from '../../context/measure.ts';
import type { RepairCounts } from '../../context/repairs.ts';
import { truncate, type Truncation } from '../../context/truncate.ts';
import type { ModelRequest, ModelUsage } from '../../model/port.ts';
import type { TurnEvent } from '../generation/events.ts';
import type { TurnEvents } from '../generation/rounds.ts';
import type { ContextWindows, WindowRef } from './context-windows.ts';
import type { Respond } from './model-answer.ts';
import { fixedBytes, overflowOf, requestTokens } from './request-size.ts';

/** Attempts at a request that the model server finds too long. */
const MAX_ATTEMPTS = 3;

export interface FittedAnswerParams {
  readonly respond: Respond;
  readonly windows: ContextWindows;
  readonly ref: WindowRef;
  readonly request: Omit<ModelRequest, 'items'>;
  readonly context: AssembledContext;
  /** Whether turns may be left out. */
  readonly isTruncated: boolean;
}

/** A request whose oldest turns are left out when its context is too long. */
export class FittedAnswer {
  readonly #params: Omit<FittedAnswerParams, 'context'>;
  readonly #fixedBytes: number;
  /** Dropped when the model server has begun to answer. */
  #context: AssembledContext | undefined;
  #inputIndexes: readonly (number | null)[];
  #repairs: RepairCounts;

  constructor({ context, ...params }: FittedAnswerParams) {
    this.#params = params;
    this.#context = context;
    this.#inputIndexes = context.inputIndexes;
    this.#repairs = context.repairs.counts();
    this.#fixedBytes = fixedBytes(params.request);
  }

  /** Counts of what was changed, once the model server has begun to answer. */
  get repairs(): RepairCounts {
    return this.#repairs;
  }

  /** Place of each item that was sent in the request's input. */
  get inputIndexes(): readonly (number | null)[] {
    return this.#inputIndexes;
  }

  /** Yields the events of the answer. Asks again with less while the model server finds the context too long. */
  async *events(signal: AbortSignal): TurnEvents {
    for (let attempt = 1; ; attempt += 1) {
      const { answer, bytes, count } = await this.#asked(signal);
      try {
        const { done, value } = await answer.next();
        if (done === true) return;
        if (attempt < MAX_ATTEMPTS && (await this.#isShorterNext(value, bytes, count))) continue;
        this.#context = undefined;
        yield value;
        yield* this.#counted(answer, bytes);
        return;
      } finally {
        await answer.return();
      }
    }
  }

  /** Asks the model server. Not a part of the generator, which would keep the items until its end. */
  async #asked(
    signal: AbortSignal,
  ): Promise<{ readonly answer: TurnEvents; readonly bytes: number; readonly count: number }> {
    const { windows, ref, request, isTruncated, respond } = this.#params;
    if (isTruncated) {
      const whole = { ...request, items: this.#whole.items };
      await windows.count(ref, whole, itemsBytes(whole.items) + this.#fixedBytes, signal);
    }
    const { items, bytes } = await this.#fitting();
    return {
      answer: respond({ ...request, items }, signal),
      bytes,
      count: items.length,
    };
  }

  async *#counted(answer: TurnEvents, bytes: number): TurnEvents {
    const { windows, ref } = this.#params;
    let isCounted = false;
    for await (const events of answer) {
      const usage = isCounted ? undefined : firstUsage(events);
      if (usage !== undefined) {
        isCounted = true;
        windows.counted(ref, bytes, usage.inputTokens, await windows.length(ref));
      }
      yield events;
    }
  }

  /** Checks for an answer that the request is too long, after which another attempt has fewer than `count` items. */
  async #isShorterNext(
    answer: readonly TurnEvent[],
    bytes: number,
    count: number,
  ): Promise<boolean> {
    const { windows, ref } = this.#params;
    const overflow = overflowOf(answer);
    if (overflow === undefined) return false;
    windows.exceeded(ref, bytes, overflow);
    return (await this.#truncated()).items.length < count;
  }

  /** Makes the items of the next attempt. `bytes` are those of the whole request. */
  async #fitting(): Promise<{ readonly items: Truncation['items']; readonly bytes: number }> {
    const { items, inputIndexes, turns, bytes } = await this.#truncated();
    this.#inputIndexes = inputIndexes;
    const repairs = this.#whole.repairs.copy();
    repairs.add('truncated_turn', turns);
    this.#repairs = repairs.counts();
    return { items, bytes: bytes + this.#fixedBytes };
  }

  #truncated(): Promise<Truncation> {
    return fitting(this.#params, this.#whole);
  }

  get #whole(): AssembledContext {
    if (this.#context === undefined) throw new Error('the model server has begun to answer');
    return this.#context;
  }
}

/** Returns the usage of a request: of the first one where tools run between several. */
function firstUsage(events: readonly TurnEvent[]): ModelUsage | undefined {
  for (const event of events) {
    if (event.type === 'usage' || event.type === 'round_ended') return event.usage;
  }
  return undefined;
}

/** Leaves out the oldest turns of a context that is too long for its model, if that is wanted. */
export async function fitting(
  { windows, ref, request, isTruncated }: Omit<FittedAnswerParams, 'context' | 'respond'>,
  { items, inputIndexes }: Pick<AssembledContext, 'items' | 'inputIndexes'>,
): Promise<Truncation> {
  const length = isTruncated ? await windows.length(ref) : undefined;
  const tokens = length === undefined ? Infinity : requestTokens(length, request);
  return truncate({
    items,
    inputIndexes,
    budget: tokens * windows.bytesPerToken(ref) - fixedBytes(request),
    countsReasoning: request.reasoningContext === 'all_turns' || ref.server.keepsReasoning,
  });
}
