import type { OutputItem } from '../../contract/responses/output-items.ts';
import { added, done, event, type BareEvent, type Block, type Place } from './block.ts';

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
