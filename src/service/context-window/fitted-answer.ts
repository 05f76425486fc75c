/** The answer to a request that is made to fit the context of its model. */

import type { AssembledContext } from '../../context/assemble.ts';
import { itemsBytes } from '../../context/measure.ts';
import { truncate, type Truncation } from '../../context/truncate.ts';
import type { ModelEvent, ModelRequest } from '../../model/port.ts';
import type { ContextWindows, WindowRef } from './context-windows.ts';
import { fixedBytes, overflowOf, requestTokens } from './request-size.ts';

/** Attempts at a request that the model server finds too long. */
const MAX_ATTEMPTS = 3;
type Events = AsyncGenerator<readonly ModelEvent[], void, undefined>;

export interface FittedAnswerParams {
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
  #repairs: string;

  constructor({ context, ...params }: FittedAnswerParams) {
    this.#params = params;
    this.#context = context;
    this.#inputIndexes = context.inputIndexes;
    this.#repairs = context.repairs.text();
    this.#fixedBytes = fixedBytes(params.request);
  }

  /** Counts of what was changed, once the model server has begun to answer. */
  get repairs(): string {
    return this.#repairs;
  }

  /** Place of each item that was sent in the request's input. */
  get inputIndexes(): readonly (number | null)[] {
    return this.#inputIndexes;
  }

  /** Yields the events of the answer. Asks again with less while the model server finds the context too long. */
  async *events(signal: AbortSignal): Events {
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
  ): Promise<{ readonly answer: Events; readonly bytes: number; readonly count: number }> {
    const { windows, ref, request, isTruncated } = this.#params;
    if (isTruncated) {
      const whole = { ...request, items: this.#whole.items };
      await windows.count(ref, whole, itemsBytes(whole.items) + this.#fixedBytes, signal);
    }
    const { items, bytes } = await this.#fitting();
    return {
      answer: ref.server.respond({ ...request, items }, signal),
      bytes,
      count: items.length,
    };
  }

  async *#counted(answer: Events, bytes: number): Events {
    const { windows, ref } = this.#params;
    for await (const events of answer) {
      for (const event of events) {
        if (event.type !== 'usage') continue;
        windows.counted(ref, bytes, event.usage.inputTokens, await windows.length(ref));
      }
      yield events;
    }
  }

  /** Checks for an answer that the request is too long, after which another attempt has fewer than `count` items. */
  async #isShorterNext(
    answer: readonly ModelEvent[],
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
    this.#repairs = repairs.text();
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

/** Leaves out the oldest turns of a context that is too long for its model, if that is wanted. */
export async function fitting(
  { windows, ref, request, isTruncated }: Omit<FittedAnswerParams, 'context'>,
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
