/** The items of an answer while they grow. Each makes the events of the stream that its clients assemble it from. */

import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { StreamEventFields, StreamEventType } from '../../contract/responses/stream-events.ts';
import type { TokenLogprob } from '../../model/port.ts';

/** An event of a stream without its number. */
export type BareEvent = {
  readonly [Type in StreamEventType]: { readonly type: Type } & StreamEventFields<Type>;
}[StreamEventType];

export type ItemStatus = 'completed' | 'incomplete';

function event<Type extends StreamEventType>(
  type: Type,
  fields: StreamEventFields<Type>,
): BareEvent {
  // Sound: the fields of this type.
  return { type, ...fields } as BareEvent;
}

/** An item that is under way. */
interface Block {
  /** The events that begin it. */
  open(): readonly BareEvent[];
  /** The events that end it, and the whole item. */
  close(status: ItemStatus): { readonly events: readonly BareEvent[]; readonly item: OutputItem };
}

interface Place {
  readonly id: string;
  /** Index of the item in the answer. */
  readonly outputIndex: number;
}

function added({ outputIndex }: Place, item: OutputItem): BareEvent {
  return event('response.output_item.added', { output_index: outputIndex, item });
}

function done({ outputIndex }: Place, item: OutputItem): BareEvent {
  return event('response.output_item.done', { output_index: outputIndex, item });
}

type Message = Extract<OutputItem, { type: 'message' }>;
type Part = Message['content'][number];
export type Annotation = Extract<Part, { type: 'output_text' }>['annotations'][number];

/** A part of a message that grows. */
interface OpenPart {
  readonly kind: 'text' | 'refusal';
  readonly index: number;
  text: string;
  readonly logprobs: TokenLogprob[];
  readonly annotations: Annotation[];
}

/** A message of the model: texts and refusals, one after the other. */
export class MessageBlock implements Block {
  readonly #place: Place;
  readonly #phase: Message['phase'];
  readonly #parts: Part[] = [];
  #part: OpenPart | undefined;

  constructor(place: Place, phase: Message['phase']) {
    this.#place = place;
    this.#phase = phase;
  }

  open(): readonly BareEvent[] {
    return [added(this.#place, this.#item('in_progress'))];
  }

  text(delta: string): readonly BareEvent[] {
    const { events, part } = this.#opened('text');
    part.text += delta;
    const fields = { ...this.#where(part), logprobs: [] };
    return [...events, event('response.output_text.delta', { ...fields, delta })];
  }

  refusal(delta: string): readonly BareEvent[] {
    const { events, part } = this.#opened('refusal');
    part.text += delta;
    return [...events, event('response.refusal.delta', { ...this.#where(part), delta })];
  }

  /** Adds log probabilities of the text; they are served where they belong to the whole part. */
  logprobs(tokens: readonly TokenLogprob[]): void {
    if (this.#part?.kind === 'text') this.#part.logprobs.push(...tokens);
  }

  annotation(annotation: Annotation): readonly BareEvent[] {
    const { events, part } = this.#opened('text');
    const annotationIndex = part.annotations.push(annotation) - 1;
    return [
      ...events,
      event('response.output_text.annotation.added', {
        ...this.#where(part),
        annotation_index: annotationIndex,
        annotation,
      }),
    ];
  }

  close(status: ItemStatus): { readonly events: readonly BareEvent[]; readonly item: OutputItem } {
    // A message without a part is none: clients read the text of the first part.
    const isBare = this.#parts.length === 0 && this.#part === undefined;
    const opened = isBare ? this.#opened('text').events : [];
    const events = [...opened, ...this.#closePart()];
    const item = this.#item(status);
    return { events: [...events, done(this.#place, item)], item };
  }

  #opened(kind: OpenPart['kind']): { events: readonly BareEvent[]; part: OpenPart } {
    if (this.#part?.kind === kind) return { events: [], part: this.#part };
    const closed = this.#closePart();
    const part = { kind, index: this.#parts.length, text: '', logprobs: [], annotations: [] };
    this.#part = part;
    const where = this.#where(part);
    const opening = event('response.content_part.added', { ...where, part: partOf(part) });
    return { events: [...closed, opening], part };
  }

  #closePart(): readonly BareEvent[] {
    const part = this.#part;
    if (part === undefined) return [];
    this.#part = undefined;
    const whole = partOf(part);
    this.#parts.push(whole);
    const where = this.#where(part);
    const end =
      part.kind === 'text'
        ? event('response.output_text.done', {
            ...where,
            logprobs: part.logprobs.map(logprobOf),
            text: part.text,
          })
        : event('response.refusal.done', { ...where, refusal: part.text });
    return [end, event('response.content_part.done', { ...where, part: whole })];
  }

  #where({ index }: OpenPart) {
    const { id, outputIndex } = this.#place;
    return { content_index: index, item_id: id, output_index: outputIndex };
  }

  #item(status: ItemStatus | 'in_progress'): OutputItem {
    const phase = this.#phase === undefined ? {} : { phase: this.#phase };
    return {
      id: this.#place.id,
      type: 'message',
      status,
      content: [...this.#parts],
      ...phase,
      role: 'assistant',
    };
  }
}

function partOf({ kind, text, logprobs, annotations }: OpenPart): Part {
  return kind === 'text'
    ? {
        type: 'output_text',
        annotations: [...annotations],
        logprobs: logprobs.map(logprobOf),
        text,
      }
    : { type: 'refusal', refusal: text };
}

function logprobOf({ token, bytes, logprob, top_logprobs: top }: TokenLogprob) {
  const others = top.map((other) => ({ ...other, bytes: [...other.bytes] }));
  return { token, bytes: [...bytes], logprob, top_logprobs: others };
}

/** Reasoning in the form that clients keep; `undefined` where they have not asked for it and it is readable. */
export type SealReasoning = (reasoning: {
  readonly texts: readonly string[];
  /** Reasoning that only its model server can read. */
  readonly encrypted: string | undefined;
}) => string | undefined;

/** Reasoning of the model: raw text, summaries, or text that only its server can read. */
export class ReasoningBlock implements Block {
  readonly #place: Place;
  readonly #seal: SealReasoning;
  readonly #summaries: string[] = [];
  #text: string | undefined;
  #encrypted: string | undefined;
  #isWhole = false;

  constructor(place: Place, seal: SealReasoning) {
    this.#place = place;
    this.#seal = seal;
  }

  open(): readonly BareEvent[] {
    return [added(this.#place, this.#item())];
  }

  text(delta: string): readonly BareEvent[] {
    const where = this.#where();
    const isFirst = this.#text === undefined;
    this.#text = (this.#text ?? '') + delta;
    const opening = isFirst
      ? [event('response.content_part.added', { ...where, part: reasoningPart('') })]
      : [];
    return [...opening, event('response.reasoning_text.delta', { ...where, delta })];
  }

  summary(index: number, delta: string): readonly BareEvent[] {
    const events: BareEvent[] = [];
    while (this.#summaries.length <= index) {
      if (this.#summaries.length > 0) events.push(...this.#closeSummary());
      this.#summaries.push('');
      events.push(
        event('response.reasoning_summary_part.added', {
          ...this.#whereSummary(),
          part: summaryPart(''),
        }),
      );
    }
    this.#summaries[this.#summaries.length - 1] += delta;
    const where = this.#whereSummary();
    return [...events, event('response.reasoning_summary_text.delta', { ...where, delta })];
  }

  encrypted(data: string): void {
    this.#encrypted = (this.#encrypted ?? '') + data;
  }

  close(): { readonly events: readonly BareEvent[]; readonly item: OutputItem } {
    const where = this.#where();
    const text = this.#text;
    const ends =
      text === undefined
        ? []
        : [
            event('response.reasoning_text.done', { ...where, text }),
            event('response.content_part.done', { ...where, part: reasoningPart(text) }),
          ];
    const summaries = this.#summaries.length === 0 ? [] : this.#closeSummary();
    this.#isWhole = true;
    const item = this.#item();
    return { events: [...summaries, ...ends, done(this.#place, item)], item };
  }

  #closeSummary(): readonly BareEvent[] {
    const where = this.#whereSummary();
    const text = this.#summaries.at(-1) ?? '';
    return [
      event('response.reasoning_summary_text.done', { ...where, text }),
      event('response.reasoning_summary_part.done', { ...where, part: summaryPart(text) }),
    ];
  }

  #where() {
    const { id, outputIndex } = this.#place;
    return { content_index: 0, item_id: id, output_index: outputIndex };
  }

  #whereSummary() {
    const { id, outputIndex } = this.#place;
    return { item_id: id, output_index: outputIndex, summary_index: this.#summaries.length - 1 };
  }

  #item(): OutputItem {
    const text = this.#text;
    const encrypted = this.#isWhole
      ? this.#seal({ texts: text === undefined ? [] : [text], encrypted: this.#encrypted })
      : undefined;
    return {
      id: this.#place.id,
      type: 'reasoning',
      ...(text !== undefined && { content: [reasoningPart(text)] }),
      ...(encrypted !== undefined && { encrypted_content: encrypted }),
      summary: this.#summaries.map(summaryPart),
    };
  }
}

function reasoningPart(text: string) {
  return { type: 'reasoning_text' as const, text };
}

function summaryPart(text: string) {
  return { type: 'summary_text' as const, text };
}

export interface CallStart {
  readonly tool: 'function' | 'custom';
  readonly callId: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** A call of a function or of a custom tool. */
export class CallBlock implements Block {
  readonly #place: Place;
  readonly #call: CallStart;
  #text = '';

  constructor(place: Place, call: CallStart) {
    this.#place = place;
    this.#call = call;
  }

  open(): readonly BareEvent[] {
    return [added(this.#place, this.#item('in_progress', ''))];
  }

  argument(delta: string): readonly BareEvent[] {
    this.#text += delta;
    const type =
      this.#call.tool === 'function'
        ? 'response.function_call_arguments.delta'
        : 'response.custom_tool_call_input.delta';
    return [event(type, { ...this.#where(), delta })];
  }

  close(status: ItemStatus): { readonly events: readonly BareEvent[]; readonly item: OutputItem } {
    const where = this.#where();
    const { tool, name } = this.#call;
    const text = this.#text;
    const end =
      tool === 'function'
        ? event('response.function_call_arguments.done', { ...where, name, arguments: text })
        : event('response.custom_tool_call_input.done', { ...where, input: text });
    const item = this.#item(
      status === 'incomplete' && this.#isWhole() ? 'completed' : status,
      text,
    );
    return { events: [end, done(this.#place, item)], item };
  }

  /** Checks whether arguments that were cut off happen to be whole. */
  #isWhole(): boolean {
    if (this.#call.tool === 'custom') return false;
    try {
      JSON.parse(this.#text);
      return true;
    } catch {
      return false;
    }
  }

  #where() {
    const { id, outputIndex } = this.#place;
    return { item_id: id, output_index: outputIndex };
  }

  #item(status: ItemStatus | 'in_progress', text: string): OutputItem {
    const { tool, callId, name, namespace } = this.#call;
    const { id } = this.#place;
    const space = namespace === undefined ? {} : { namespace };
    return tool === 'function'
      ? { id, type: 'function_call', status, arguments: text, call_id: callId, name, ...space }
      : { id, type: 'custom_tool_call', status, call_id: callId, input: text, name, ...space };
  }
}
