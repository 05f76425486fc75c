import { failed } from './failure.ts';
import type { ModelEvent } from './port.ts';

/** The event that opens a block. */
export type BlockStart = Extract<
  ModelEvent,
  { readonly type: 'message_started' | 'reasoning_started' | 'call_started' }
>;

/** A message, a piece of reasoning or a call, while its pieces arrive. */
export class Block {
  readonly start: BlockStart;
  readonly pending: ModelEvent[] = [];
  isClosed = false;
  /** `true` when the server has marked the block as done. */
  isEnded = false;
  /** Text of a call's arguments so far. */
  argumentsText = '';
  /** Makes the text of a call from the whole of its arguments. Until the call is closed, these are held back. */
  readonly unwrap: ((argumentsText: string) => string) | undefined;

  constructor(start: BlockStart, unwrap: Block['unwrap']) {
    this.start = start;
    this.unwrap = unwrap;
  }

  /** `true` when no further piece of the block is needed. For a call this may change only at the answer's end. */
  get isComplete(): boolean {
    const isCall = this.start.type === 'call_started';
    return !isCall || this.isEnded || isWholeJson(this.argumentsText);
  }
}

/**
 * The blocks of one answer, put in order. The first block streams; pieces of later ones are held back until it is
 * complete, since the pieces of parallel calls may alternate.
 */
export class BlockSequence {
  readonly #queue: Block[] = [];

  /** The block that was opened last, unless it is closed. */
  get last(): Block | undefined {
    return this.#queue.at(-1);
  }

  /** Opens a block after all others. */
  open(start: BlockStart, unwrap?: Block['unwrap']): { block: Block; events: ModelEvent[] } {
    const block = new Block(start, unwrap);
    this.#queue.push(block);
    const events = this.#queue.length === 1 ? [start] : this.#advance();
    return { block, events };
  }

  /** Adds a piece to a block, and returns the events that are in order now. */
  add(block: Block, piece: ModelEvent): ModelEvent[] {
    if (block.isClosed) {
      if (piece.type === 'arguments_delta' && piece.text.trim() === '') return [];
      throw failed('malformed', 'the model server continued a tool call that was complete');
    }
    if (piece.type === 'arguments_delta') {
      block.argumentsText += piece.text;
      if (block.unwrap !== undefined) return this.#advance();
    }
    if (block !== this.#queue[0]) {
      block.pending.push(piece);
      return this.#advance();
    }
    return [piece, ...this.#advance()];
  }

  /** Notes that nothing follows for a block, and returns the events of the blocks after it that were held back. */
  finish(block: Block): ModelEvent[] {
    block.isEnded = true;
    return this.#advance();
  }

  /** Closes all blocks in order. */
  end(): ModelEvent[] {
    const events: ModelEvent[] = [];
    while (this.#queue.length > 0) events.push(...this.#closeFirst());
    return events;
  }

  #advance(): ModelEvent[] {
    const events: ModelEvent[] = [];
    while (this.#queue.length > 1 && this.#queue[0]?.isComplete === true) {
      events.push(...this.#closeFirst());
    }
    return events;
  }

  #closeFirst(): ModelEvent[] {
    const block = this.#queue.shift();
    if (block === undefined) return [];
    block.isClosed = true;
    const events: ModelEvent[] =
      block.unwrap === undefined
        ? []
        : [{ type: 'arguments_delta', text: block.unwrap(block.argumentsText) }];
    const next = this.#queue[0];
    return next === undefined ? events : [...events, next.start, ...next.pending.splice(0)];
  }
}

/** Checks for a whole JSON object. Its last character is looked at first: the text grows by a few characters at a time. */
export function isWholeJson(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
