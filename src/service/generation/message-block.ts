import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { TokenLogprob } from '../../model/port.ts';
import {
  added,
  done,
  event,
  type BareEvent,
  type Block,
  type ItemStatus,
  type Place,
} from './block.ts';

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
    const { id, outputIndex } = this.#place;
    const grown: BareEvent = {
      type: 'response.output_text.delta',
      content_index: part.index,
      delta,
      item_id: id,
      logprobs: [],
      output_index: outputIndex,
    };
    return events.length === 0 ? [grown] : [...events, grown];
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
