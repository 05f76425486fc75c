/** The events of a turn become the items of an answer, and the events of its stream. */

import { newId } from '../../base/ids.ts';
import { ISSUED } from '../../contract/items/mcp.ts';
import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { FinishReason, ModelUsage } from '../../model/port.ts';
import type { Tool } from '../../tools/port.ts';
import {
  added,
  done,
  event as bareEvent,
  type BareEvent,
  type ItemStatus,
  type Place,
} from './block.ts';
import { CallBlock } from './call-block.ts';
import { CompactionBlock } from './compaction-block.ts';
import type { ServerCall, TurnEvent } from './events.ts';
import { MessageBlock, type Annotation } from './message-block.ts';
import { ReasoningBlock, type SealReasoning } from './reasoning-block.ts';
import { ServerCallBlock } from './server-call-block.ts';

export interface AccumulatorOptions {
  readonly seal: SealReasoning;
  /** Whether log probabilities are served. */
  readonly includesLogprobs: boolean;
}

type OpenBlock = MessageBlock | ReasoningBlock | CallBlock | ServerCallBlock | CompactionBlock;

/** Events of an answer, without those about a failure. */
type Growth = Exclude<TurnEvent, { readonly type: 'finish' | 'failure' }>;

/** Items that leave a client without an answer. */
const UNANSWERING = new Set<string>(['reasoning', 'mcp_list_tools', 'mcp_call', 'compaction']);

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

  /** Adds an event. Returns the events for clients. */
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
      case 'round_ended':
        return this.#close('completed');
      case 'tools_listed':
        return this.#listed(event.label, event.tools);
      case 'approval_requested':
        return this.#approval(event.call);
      case 'server_call_started': {
        const { call, approvalRequestId } = event;
        const make = (place: Place) => new ServerCallBlock(place, call, approvalRequestId);
        return this.#open(make, 'mcp', call.id);
      }
      case 'server_call_ended':
        this.#in(ServerCallBlock).end(event.end);
        return this.#close('completed');
    }
  }

  /**
   * Ends the answer. The item that was cut off is `incomplete`. An answer without a message or a call for the client gets
   * an empty message: clients take an answer without one for unfinished, and ask the model again.
   */
  finish(reason: FinishReason): readonly BareEvent[] {
    const closed = this.#close(reason === 'stop' ? 'completed' : 'incomplete');
    if (this.#items.some(({ type }) => !UNANSWERING.has(type))) return closed;
    const opened = this.#open((place) => new MessageBlock(place, undefined), 'msg');
    return [...closed, ...opened, ...this.#close(reason === 'stop' ? 'completed' : 'incomplete')];
  }

  #listed(label: string, tools: readonly Tool[]): readonly BareEvent[] {
    const id = newId('mcpl');
    const item = { id, type: 'mcp_list_tools' as const, server_label: label };
    const whole: OutputItem = { ...item, tools: tools.map(listedTool) };
    return this.#whole(whole, { ...item, tools: [] }, (place) => {
      const where = { item_id: id, output_index: place.outputIndex };
      return [
        bareEvent('response.mcp_list_tools.in_progress', where),
        bareEvent('response.mcp_list_tools.completed', where),
      ];
    });
  }

  #approval({ id, label, name, arguments: text }: ServerCall): readonly BareEvent[] {
    const item: OutputItem = {
      id,
      type: 'mcp_approval_request',
      arguments: text,
      name,
      server_label: label,
      [ISSUED]: true,
    };
    return this.#whole(item, item, () => []);
  }

  /** Adds an item that does not grow. */
  #whole(
    item: OutputItem & { readonly id: string },
    begun: OutputItem,
    between: (place: Place) => readonly BareEvent[],
  ): readonly BareEvent[] {
    const closed = this.#close('completed');
    const place = { id: item.id, outputIndex: this.#items.length };
    this.#items.push(item);
    return [...closed, added(place, begun), ...between(place), done(place, item)];
  }

  #open(
    make: (place: Place) => OpenBlock,
    prefix: string,
    id = newId(prefix),
  ): readonly BareEvent[] {
    const closed = this.#close('completed');
    const block = make({ id, outputIndex: this.#items.length });
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

function listedTool({ name, description, inputSchema, isReadOnly }: Tool) {
  return {
    annotations: { read_only: isReadOnly },
    description: description ?? null,
    input_schema: inputSchema,
    name,
  };
}
