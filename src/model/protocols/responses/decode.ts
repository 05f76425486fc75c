import { isJsonObject, type JsonObject } from '../../../base/json-object.ts';
import { BlockSequence, type BlockStart } from '../../block-sequence.ts';
import { errorOf, failed, reportedError } from '../../failure.ts';
import type { FinishReason, ModelEvent, ModelUsage, TokenLogprob } from '../../port.ts';
import { unwrappedInput } from '../parameters.ts';
import type { AnswerDecoder, DecodingContext } from '../protocol.ts';
import { objectField, objectsField, readLogprobs, readUsage, textField } from '../read-values.ts';
import {
  finalTexts,
  missingEnd,
  newOutputItem,
  OutputItems,
  type FinalTexts,
  type OutputItem,
} from './items.ts';

/** Type of the item that a delta belongs to, by the delta's type. Other deltas are dropped. */
const ITEM_TYPES: Readonly<Record<string, string>> = {
  'response.output_text.delta': 'message',
  'response.refusal.delta': 'message',
  'response.output_text.annotation.added': 'message',
  'response.reasoning_text.delta': 'reasoning',
  'response.reasoning.delta': 'reasoning',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.function_call_arguments.delta': 'function_call',
  'response.custom_tool_call_input.delta': 'custom_tool_call',
};

const SUPPORTED_ITEMS = new Set(Object.values(ITEM_TYPES));

/** The events of one Responses answer, accumulated into model events from the deltas, and from what these lack. */
export class ResponsesDecoder implements AnswerDecoder {
  readonly #context: DecodingContext;
  readonly #blocks = new BlockSequence();
  readonly #items = new OutputItems();
  #usage: ModelUsage | undefined;
  #reason: FinishReason | undefined;

  constructor(context: DecodingContext) {
    this.#context = context;
  }

  get stage(): AnswerDecoder['stage'] {
    return this.#reason === undefined ? 'answering' : 'over';
  }

  decode(value: JsonObject): readonly ModelEvent[] {
    const error = reportedError(value);
    if (error !== undefined) throw error;
    const { type, item, item_id: id, output_index: index } = value;
    switch (type) {
      case 'response.output_item.added':
        return isJsonObject(item) ? this.#begin(item, index) : [];
      case 'response.output_item.done': {
        if (!isJsonObject(item)) return [];
        const known = this.#items.find(item['id'], index) ?? this.#add(item, index);
        return known === undefined ? [] : this.#complete(known, item);
      }
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        return this.#conclude(objectField(value, 'response'));
      default: {
        const itemType = typeof type === 'string' ? ITEM_TYPES[type] : undefined;
        if (itemType === undefined) return [];
        const known = this.#items.find(id, index);
        const target = known ?? this.#items.add(newOutputItem(itemType, {}), id, index);
        return this.#delta(target, value);
      }
    }
  }

  decodeWhole(value: JsonObject): readonly ModelEvent[] {
    const error = reportedError(value);
    if (error !== undefined) throw error;
    return [...this.#conclude(value), ...this.end(true)];
  }

  end(_isMarked: boolean): readonly ModelEvent[] {
    const reason = this.#reason;
    if (reason === undefined) {
      throw failed('cut', 'the model server closed the stream before the end of the answer');
    }
    const usage = this.#usage;
    return [
      ...this.#blocks.end(),
      ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
      { type: 'finish', reason },
    ];
  }

  #begin(item: JsonObject, index: unknown): readonly ModelEvent[] {
    const added = this.#add(item, index);
    return added === undefined ? [] : this.#named(added, item);
  }

  /** Takes an item of a type that a model can produce by itself; others are dropped. */
  #add(item: JsonObject, index: unknown): OutputItem | undefined {
    const { type, id } = item;
    if (typeof type !== 'string' || !SUPPORTED_ITEMS.has(type)) return undefined;
    return this.#items.add(newOutputItem(type, item), id, index);
  }

  /** Opens the block of a call as soon as its name is known. */
  #named(known: OutputItem, item: JsonObject): readonly ModelEvent[] {
    const isCall = known.type === 'function_call' || known.type === 'custom_tool_call';
    const name = textField(item, 'name');
    if (!isCall || known.block !== undefined || name === '') return [];
    const { type: tool, ...toolName } = this.#context.names.toolOf(name);
    const callId = this.#context.callIds.take(textField(item, 'call_id'));
    const isWrapped = tool === 'custom' && known.type === 'function_call';
    const { block, events } = this.#blocks.open(
      {
        type: 'call_started',
        tool: known.type === 'custom_tool_call' ? 'custom' : tool,
        callId,
        ...toolName,
      },
      isWrapped ? unwrappedInput : undefined,
    );
    known.block = block;
    const early = known.argumentsText;
    return early === ''
      ? events
      : [...events, ...this.#blocks.add(block, { type: 'arguments_delta', text: early })];
  }

  #delta(item: OutputItem, value: JsonObject): readonly ModelEvent[] {
    const text = textField(value, 'delta');
    switch (value['type']) {
      case 'response.output_text.delta':
        return [
          ...this.#text(item, text),
          ...this.#logprobs(item, readLogprobs(objectsField(value, 'logprobs'))),
        ];
      case 'response.refusal.delta':
        return this.#refusal(item, text);
      case 'response.output_text.annotation.added':
        return this.#annotation(item, objectField(value, 'annotation'));
      case 'response.reasoning_summary_text.delta': {
        const { summary_index: index } = value;
        return this.#summary(item, typeof index === 'number' ? index : 0, text);
      }
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#arguments(item, text);
      default:
        return this.#reasoning(item, text);
    }
  }

  /** Adds what the deltas of a finished item lacked. */
  #complete(known: OutputItem, item: JsonObject): readonly ModelEvent[] {
    if (known.isDone) return [];
    known.isDone = true;
    const events = [...this.#named(known, item)];
    const final = finalTexts(item);
    if (known.type === 'reasoning') events.push(...this.#completeReasoning(known, final));
    else if (known.type === 'message') events.push(...this.#completeMessage(known, final));
    else
      events.push(...this.#arguments(known, missingEnd(final.argumentsText, known.argumentsText)));
    if (known.block !== undefined) events.push(...this.#blocks.finish(known.block));
    return events;
  }

  #completeMessage(known: OutputItem, final: FinalTexts): readonly ModelEvent[] {
    const events = [...this.#text(known, missingEnd(final.text, known.text))];
    if (!known.hasLogprobs) events.push(...this.#logprobs(known, final.logprobs));
    if (!known.hasAnnotations) {
      events.push(
        ...final.annotations.flatMap((annotation) => this.#annotation(known, annotation)),
      );
    }
    events.push(...this.#refusal(known, missingEnd(final.refusal, known.refusal)));
    return events;
  }

  #completeReasoning(known: OutputItem, final: FinalTexts): readonly ModelEvent[] {
    if (this.#isPlain) {
      const text = final.reasoning === '' ? final.summaries.join('') : final.reasoning;
      return this.#reasoning(known, missingEnd(text, known.reasoning));
    }
    const events = [...this.#reasoning(known, missingEnd(final.reasoning, known.reasoning))];
    for (const [index, text] of final.summaries.entries()) {
      const missing = missingEnd(text, known.summaries[index] ?? '');
      events.push(...this.#summary(known, index, missing));
    }
    if (final.encrypted === '') return events;
    return [
      ...events,
      ...this.#inBlock(known, { type: 'reasoning_encrypted', data: final.encrypted }),
    ];
  }

  #conclude(response: JsonObject): readonly ModelEvent[] {
    const { status = 'completed', error = null } = response;
    if (error !== null || status === 'failed') throw errorOf(error ?? {});
    if (status !== 'completed' && status !== 'incomplete') {
      throw errorOf(`the model server ended the answer with the status "${String(status)}"`);
    }
    const events = objectsField(response, 'output').flatMap((item, place) => {
      const known = this.#items.findFinal(item, place) ?? this.#add(item, undefined);
      return known === undefined ? [] : this.#complete(known, item);
    });
    this.#usage = readUsage(response);
    this.#reason = this.#finishReason(response);
    return events;
  }

  #finishReason(response: JsonObject): FinishReason {
    if (response['status'] === 'incomplete') {
      const { reason } = objectField(response, 'incomplete_details');
      return reason === 'content_filter' ? 'content_filter' : 'length';
    }
    const { maxOutputTokens = Infinity, profile } = this.#context;
    const isAtLimit = (this.#usage?.outputTokens ?? 0) >= maxOutputTokens;
    return isAtLimit && !profile.reportsCuts ? 'length' : 'stop';
  }

  /** `true` for servers that send plain reasoning as summary and as encrypted content. */
  get #isPlain(): boolean {
    return this.#context.profile.reasoningItem === 'plain_as_encrypted';
  }

  #text(item: OutputItem, text: string): readonly ModelEvent[] {
    if (text === '') return [];
    item.text += text;
    return this.#inBlock(item, { type: 'text_delta', text });
  }

  #logprobs(item: OutputItem, logprobs: readonly TokenLogprob[]): readonly ModelEvent[] {
    if (logprobs.length === 0) return [];
    item.hasLogprobs = true;
    return this.#inBlock(item, { type: 'logprobs', logprobs });
  }

  #annotation(item: OutputItem, annotation: JsonObject): readonly ModelEvent[] {
    item.hasAnnotations = true;
    return this.#inBlock(item, { type: 'annotation', annotation });
  }

  #refusal(item: OutputItem, text: string): readonly ModelEvent[] {
    if (text === '') return [];
    item.refusal += text;
    return this.#inBlock(item, { type: 'refusal_delta', text });
  }

  #reasoning(item: OutputItem, text: string): readonly ModelEvent[] {
    if (text === '') return [];
    item.reasoning += text;
    return this.#inBlock(item, { type: 'reasoning_delta', text });
  }

  #summary(item: OutputItem, index: number, text: string): readonly ModelEvent[] {
    if (text === '') return [];
    if (this.#isPlain) return this.#reasoning(item, text);
    item.summaries[index] = (item.summaries[index] ?? '') + text;
    return this.#inBlock(item, { type: 'reasoning_summary_delta', index, text });
  }

  #arguments(item: OutputItem, text: string): readonly ModelEvent[] {
    if (text === '') return [];
    item.argumentsText += text;
    if (item.block === undefined) return [];
    return this.#blocks.add(item.block, { type: 'arguments_delta', text });
  }

  /** Adds an event to the item's block. A message or reasoning that is closed gets another. */
  #inBlock(item: OutputItem, event: ModelEvent): readonly ModelEvent[] {
    const { block, phase } = item;
    if (block !== undefined && !block.isClosed) return this.#blocks.add(block, event);
    const message: BlockStart =
      phase === undefined ? { type: 'message_started' } : { type: 'message_started', phase };
    const start: BlockStart = item.type === 'message' ? message : { type: 'reasoning_started' };
    const opened = this.#blocks.open(start);
    item.block = opened.block;
    return [...opened.events, ...this.#blocks.add(opened.block, event)];
  }
}
