/** Model events become the items of an answer, and the events of its stream. */

import { newId } from '../../base/ids.ts';
import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { FinishReason, ModelEvent, ModelUsage } from '../../model/port.ts';
import type { BareEvent, ItemStatus } from './block.ts';
import { CallBlock } from './call-block.ts';
import { CompactionBlock } from './compaction-block.ts';
import { MessageBlock, type Annotation } from './message-block.ts';
import { ReasoningBlock, type SealReasoning } from './reasoning-block.ts';

export interface AccumulatorOptions {
  readonly seal: SealReasoning;
  /** Whether log probabilities are served. */
  readonly includesLogprobs: boolean;
}

/** Items without an answer for the user or the application. */
const SILENT: readonly OutputItem['type'][] = ['reasoning', 'compaction'];

type OpenBlock = MessageBlock | ReasoningBlock | CallBlock | CompactionBlock;

/** Events of an answer, without those about a failure. */
type Growth = Exclude<ModelEvent, { readonly type: 'finish' | 'failure' }>;

/**
 * Collects an answer. The whole stream, the items that are stored and the final response come from here, so they
 * cannot disagree. Pure but for the ids that it makes.
 */
export class Accumulator {
  readonly #options: AccumulatorOptions;
  readonly #items: OutputItem[] = [];
  #block: OpenBlock | undefined;
  usage: ModelUsage | undefined;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
  }

  /** The items that are whole. */
  get items(): readonly OutputItem[] {
    return this.#items;
  }

  /** Adds an event of the model. Returns the events for clients. */
  add(event: Growth): readonly BareEvent[] {
    switch (event.type) {
      case 'started':
        return [];
      case 'usage':
        this.usage = event.usage;
        return [];
      case 'message_started':
        return this.#open((place) => new MessageBlock(place, phaseOf(event.phase)), 'msg');
      case 'reasoning_started':
        return this.#open((place) => new ReasoningBlock(place, this.#options.seal), 'rs');
      case 'call_started':
        return this.#open(
          (place) => new CallBlock(place, event),
          event.tool === 'function' ? 'fc' : 'ctc',
        );
      case 'compaction':
        return [
          ...this.#open((place) => new CompactionBlock(place, event.encrypted), 'cmp'),
          ...this.#close('completed'),
        ];
      case 'text_delta':
        return this.#in(MessageBlock).text(event.text);
      case 'refusal_delta':
        return this.#in(MessageBlock).refusal(event.text);
      case 'annotation':
        // Sound: the protocols make annotations of OpenAI's types.
        return this.#in(MessageBlock).annotation(event.annotation as Annotation);
      case 'logprobs':
        if (this.#options.includesLogprobs) this.#in(MessageBlock).logprobs(event.logprobs);
        return [];
      case 'reasoning_delta':
        return this.#in(ReasoningBlock).text(event.text);
      case 'reasoning_summary_delta':
        return this.#in(ReasoningBlock).summary(event.index, event.text);
      case 'reasoning_encrypted':
        this.#in(ReasoningBlock).encrypted(event.data);
        return [];
      case 'arguments_delta':
        return this.#in(CallBlock).argument(event.text);
    }
  }

  /**
   * Ends the answer. The item that was cut off is `incomplete`. An answer with neither a message nor a call gets an
   * empty message: clients take an answer without one for unfinished, and ask the model again.
   */
  finish(reason: FinishReason): readonly BareEvent[] {
    const closed = this.#close(reason === 'stop' ? 'completed' : 'incomplete');
    if (this.#items.some(({ type }) => !SILENT.includes(type))) return closed;
    const opened = this.#open((place) => new MessageBlock(place, undefined), 'msg');
    return [...closed, ...opened, ...this.#close(reason === 'stop' ? 'completed' : 'incomplete')];
  }

  #open(
    make: (place: { readonly id: string; readonly outputIndex: number }) => OpenBlock,
    prefix: string,
  ): readonly BareEvent[] {
    const closed = this.#close('completed');
    const block = make({ id: newId(prefix), outputIndex: this.#items.length });
    this.#block = block;
    return [...closed, ...block.open()];
  }

  #close(status: ItemStatus): readonly BareEvent[] {
    if (this.#block === undefined) return [];
    const { events, item } = this.#block.close(status);
    this.#block = undefined;
    this.#items.push(item);
    return events;
  }

  /** Returns the open block, which the port of model servers promises to be of this kind. */
  #in<Kind extends OpenBlock>(kind: abstract new (...parameters: never) => Kind): Kind {
    if (this.#block instanceof kind) return this.#block;
    throw new Error(`a model server sent a piece of a ${kind.name} outside of one`);
  }
}

function phaseOf(phase: string | undefined): 'commentary' | 'final_answer' | undefined {
  return phase === 'commentary' || phase === 'final_answer' ? phase : undefined;
}
