import type { JsonObject } from '../../../base/json-object.ts';
import type { Block } from '../../block-sequence.ts';
import type { TokenLogprob } from '../../port.ts';
import { argumentsText, objectsField, readLogprobs, textField } from '../read-values.ts';

/** An output item while its pieces arrive. The texts are those that have been reported as events. */
export interface OutputItem {
  readonly type: string;
  readonly phase: string | undefined;
  callId: string | undefined;
  name: string;
  block: Block | undefined;
  text: string;
  refusal: string;
  reasoning: string;
  readonly summaries: string[];
  argumentsText: string;
  hasLogprobs: boolean;
  hasAnnotations: boolean;
  isDone: boolean;
}

export function newOutputItem(type: string, item: JsonObject): OutputItem {
  const phase = textField(item, 'phase');
  return {
    type,
    phase: phase === '' ? undefined : phase,
    callId: undefined,
    name: '',
    block: undefined,
    text: '',
    refusal: '',
    reasoning: '',
    summaries: [],
    argumentsText: '',
    hasLogprobs: false,
    hasAnnotations: false,
    isDone: false,
  };
}

/** Texts of a finished item, by which missing pieces are found. */
export interface FinalTexts {
  readonly text: string;
  readonly refusal: string;
  readonly reasoning: string;
  readonly summaries: readonly string[];
  readonly encrypted: string;
  readonly argumentsText: string;
  readonly logprobs: readonly TokenLogprob[];
  readonly annotations: readonly JsonObject[];
}

export function finalTexts(item: JsonObject): FinalTexts {
  const parts = objectsField(item, 'content');
  const joined = (type: string, field: string): string =>
    parts
      .filter((part) => part['type'] === type)
      .map((part) => textField(part, field))
      .join('');
  return {
    text: joined('output_text', 'text'),
    refusal: joined('refusal', 'refusal'),
    reasoning: joined('reasoning_text', 'text'),
    summaries: objectsField(item, 'summary').map((part) => textField(part, 'text')),
    encrypted: textField(item, 'encrypted_content'),
    argumentsText: argumentsText(item['arguments'] ?? item['input']),
    logprobs: parts.flatMap((part) => readLogprobs(objectsField(part, 'logprobs'))),
    annotations: parts.flatMap((part) => objectsField(part, 'annotations')),
  };
}

/** Returns the end of a text that the pieces so far lack; nothing if they differ from it. */
export function missingEnd(whole: string, pieces: string): string {
  return whole.startsWith(pieces) ? whole.slice(pieces.length) : '';
}

/** The output items of one answer, found again by id, by index, or as the last. */
export class OutputItems {
  readonly #all: OutputItem[] = [];
  readonly #byId = new Map<unknown, OutputItem>();
  readonly #byIndex = new Map<unknown, OutputItem>();

  add(item: OutputItem, id: unknown, index: unknown): OutputItem {
    this.#all.push(item);
    if (typeof id === 'string') this.#byId.set(id, item);
    if (typeof index === 'number') this.#byIndex.set(index, item);
    return item;
  }

  /** Finds the item of an event. Some servers send only the id, some only the index, some neither. */
  find(id: unknown, index: unknown): OutputItem | undefined {
    if (typeof id !== 'string' && typeof index !== 'number') return this.#all.at(-1);
    return this.#byId.get(id) ?? this.#byIndex.get(index);
  }

  /** Finds an item of the final answer, in which some servers change the ids. */
  findFinal({ id, type }: JsonObject, place: number): OutputItem | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const placed = this.#all[place];
    return placed?.type === type ? placed : undefined;
  }
}
