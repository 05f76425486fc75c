/** The answer to a request in a conversation that is compacted when it becomes too long. */

import type { JsonObject } from '../../base/json-object.ts';
import { answerItems } from '../../context/answer-items.ts';
import type { AssembledContext } from '../../context/assemble.ts';
import { itemsBytes } from '../../context/measure.ts';
import type { RepairCounts } from '../../context/repairs.ts';
import { summaryMessage } from '../../context/summary.ts';
import type { SealedCompaction } from '../../context/sealed-compaction.ts';
import { turnBounds } from '../../context/turn-bounds.ts';
import { ApiError } from '../../contract/errors/registry.ts';
import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { ContextItem, ModelUsage } from '../../model/port.ts';
import { Accumulator } from '../generation/accumulate.ts';
import type { TurnEvent } from '../generation/events.ts';
import type { TurnEvents } from '../generation/rounds.ts';
import { usageSum } from '../generation/usage.ts';
import { fixedBytes, overflowOf, requestTokens } from './request-size.ts';
import { FittedAnswer, type FittedAnswerParams } from './fitted-answer.ts';
import { summarise } from './summarise.ts';

/** Part of a context at which it is compacted, unless the request has a threshold. */
const USUAL_SHARE = 3 / 4;
/** Part of the threshold up to which the newest turn is kept word for word. */
const KEPT_SHARE = 1 / 4;

/** Bytes of a token that no text exceeds by much. */
const MOST_BYTES_PER_TOKEN = 8;

export interface CompactingAnswerParams extends FittedAnswerParams {
  /** Tokens of the context from which it is compacted; `undefined` for a share of the model's. */
  readonly threshold: number | undefined;
  readonly seal: (compaction: SealedCompaction) => string;
}

/**
 * A request that is compacted at most once: before it is sent if it is too long already, or when its answer is
 * complete. The context is kept until then.
 */
export class CompactingAnswer {
  readonly #params: CompactingAnswerParams;
  #context: AssembledContext;
  #fitted: FittedAnswer;
  #isCompacted = false;
  /** Tokens of the requests for summaries. */
  #summaryUsage: ModelUsage | undefined;

  constructor(params: CompactingAnswerParams) {
    this.#params = params;
    this.#context = params.context;
    this.#fitted = this.#fit();
  }

  get repairs(): RepairCounts {
    return this.#fitted.repairs;
  }

  get inputIndexes(): readonly (number | null)[] {
    return this.#fitted.inputIndexes;
  }

  async *events(signal: AbortSignal): TurnEvents {
    const threshold = await this.#threshold();
    const before = (await this.#isTooLong(threshold, signal))
      ? await this.#compacted(signal)
      : undefined;
    let compaction = before;
    let answer = this.#fitted.events(signal);
    try {
      let first = await answer.next();
      if (
        first.done !== true &&
        compaction === undefined &&
        overflowOf(first.value) !== undefined
      ) {
        compaction = await this.#compacted(signal);
        if (compaction !== undefined) {
          await answer.return();
          answer = this.#fitted.events(signal);
          first = await answer.next();
        }
      }
      if (first.done === true) return;
      yield first.value;
      if (compaction !== undefined && overflowOf(first.value) === undefined) {
        yield [{ type: 'compaction', encrypted: compaction }];
      }
      yield* this.#rest(answer, threshold, signal);
    } finally {
      await answer.return();
    }
  }

  /** Yields the rest of an answer, and before its end the compaction that it makes necessary. */
  async *#rest(answer: TurnEvents, threshold: number | undefined, signal: AbortSignal): TurnEvents {
    const accumulator = new Accumulator({ seal: () => undefined, includesLogprobs: false });
    let last: ModelUsage | undefined;
    for await (const events of answer) {
      for (const event of events) if (event.type === 'round_ended') last = event.usage;
      const end = events.findIndex(({ type }) => type === 'finish');
      for (const event of end === -1 ? events : events.slice(0, end)) grow(accumulator, event);
      const finish = events[end];
      if (finish?.type !== 'finish') {
        yield events;
        continue;
      }
      if (end > 0) yield events.slice(0, end);
      accumulator.finish(finish.reason);
      const { usage, items } = accumulator;
      if (finish.reason === 'stop' && this.#isReached(threshold, last ?? usage, items)) {
        const compaction = await this.#compactedAfter(items, threshold ?? 0, signal);
        if (compaction !== undefined) yield [{ type: 'compaction', encrypted: compaction }];
      }
      if (this.#summaryUsage !== undefined) {
        const whole = usageSum(usage, this.#summaryUsage) ?? this.#summaryUsage;
        yield [{ type: 'usage', usage: whole }];
      }
      yield events.slice(end);
    }
  }

  async #threshold(): Promise<number | undefined> {
    const { windows, ref, threshold } = this.#params;
    const length = await windows.length(ref);
    const usual = length === undefined ? undefined : length * USUAL_SHARE;
    return threshold ?? usual;
  }

  /** Checks whether context and answer have reached a threshold: as the server counts them, or else as estimated. */
  #isReached(
    threshold: number | undefined,
    usage: ModelUsage | undefined,
    output: readonly OutputItem[],
  ): boolean {
    const { windows, ref } = this.#params;
    const bytes = this.#bytes() + itemsBytes(answerItems(output));
    const tokens =
      usage === undefined
        ? bytes / windows.bytesPerToken(ref)
        : usage.inputTokens + usage.outputTokens;
    return threshold !== undefined && tokens >= threshold;
  }

  /** Checks whether a context is too long to be sent. What is not learnt yet is tried. */
  async #isTooLong(threshold: number | undefined, signal: AbortSignal): Promise<boolean> {
    const { windows, ref, request } = this.#params;
    await windows.count(ref, { ...request, items: this.#context.items }, this.#bytes(), signal);
    if (!windows.isLearnt(ref) && !(await this.#isFarTooLong())) return false;
    const tokens = this.#bytes() / windows.bytesPerToken(ref);
    const length = await windows.length(ref);
    const most = Math.min(
      threshold ?? Infinity,
      length === undefined ? Infinity : requestTokens(length, request),
    );
    return tokens > most;
  }

  /** Checks whether a context cannot fit, however few tokens its bytes are. */
  async #isFarTooLong(): Promise<boolean> {
    const { windows, ref } = this.#params;
    const length = await windows.length(ref);
    return length !== undefined && this.#bytes() / MOST_BYTES_PER_TOKEN > length;
  }

  #bytes(): number {
    return itemsBytes(this.#context.items) + fixedBytes(this.#params.request);
  }

  /** Compacts what was said before the newest turn. Returns the sealed compaction; `undefined` if that is impossible. */
  async #compacted(signal: AbortSignal): Promise<string | undefined> {
    const { items, sources, inputIndexes, repairs } = this.#context;
    const { leading, newest } = this.#bounds();
    if (newest <= leading) return undefined;
    const summary = await this.#summary(items.slice(0, newest), signal);
    if (summary === undefined) return undefined;
    repairs.add('compacted_item', newest - leading);
    // A summary from before is part of the new one.
    const guidance = items.flatMap((_item, index) =>
      index < leading && sources[index]?.['type'] !== 'compaction' ? [index] : [],
    );
    const of = <Entry>(list: readonly Entry[]): readonly Entry[] =>
      list.filter((_entry, index) => guidance.includes(index));
    this.#context = {
      ...this.#context,
      items: [...of(items), summaryMessage(summary), ...items.slice(newest)],
      sources: [...of(sources), { type: 'compaction' }, ...sources.slice(newest)],
      inputIndexes: [...of(inputIndexes), null, ...inputIndexes.slice(newest)],
    };
    this.#isCompacted = true;
    this.#fitted = this.#fit();
    return this.#params.seal({ summary, coversAll: true, kept: sources.slice(newest) });
  }

  /** Compacts the conversation with its answer. The newest turn stays as it is unless it is long. */
  async #compactedAfter(
    output: readonly OutputItem[],
    threshold: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (this.#isCompacted) return undefined;
    const { items, sources } = this.#context;
    const { windows, ref, seal } = this.#params;
    const { leading, newest } = this.#bounds();
    const answer = answerItems(output);
    const hasCalls = answer.some(({ type }) => type !== 'message');
    const bytes = itemsBytes(items.slice(newest)) + itemsBytes(answer);
    const isShort = bytes <= threshold * windows.bytesPerToken(ref) * KEPT_SHARE;
    if (newest > leading && (hasCalls || isShort)) {
      const summary = await this.#summary(items.slice(0, newest), signal);
      const kept = [...sources.slice(newest), ...output.map(withoutId)];
      return summary === undefined ? undefined : seal({ summary, coversAll: true, kept });
    }
    if (hasCalls) return undefined;
    const summary = await this.#summary([...items, ...answer], signal);
    return summary === undefined ? undefined : seal({ summary, coversAll: true, kept: [] });
  }

  /** Returns a summary; `undefined` where the model server writes none, which must not fail a turn. */
  async #summary(items: readonly ContextItem[], signal: AbortSignal): Promise<string | undefined> {
    try {
      const { windows, ref, request } = this.#params;
      const { text, usage } = await summarise({ windows, ref, request, items, signal });
      this.#summaryUsage = usageSum(this.#summaryUsage, usage);
      return text;
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  #bounds(): { readonly leading: number; readonly newest: number } {
    const { items, inputIndexes } = this.#context;
    const isInput = (index: number): boolean => (inputIndexes[index] ?? null) !== null;
    const { leading, starts } = turnBounds(items, isInput);
    return { leading, newest: starts.at(-1) ?? leading };
  }

  #fit(): FittedAnswer {
    const { threshold: _threshold, seal: _seal, ...params } = this.#params;
    return new FittedAnswer({ ...params, context: this.#context });
  }
}

function grow(accumulator: Accumulator, event: TurnEvent): void {
  if (event.type !== 'finish' && event.type !== 'failure') accumulator.add(event);
}

function withoutId({ id: _id, ...item }: OutputItem): JsonObject {
  return item;
}
