import { isWholeJson, type Block, type BlockSequence } from '../../block-sequence.ts';
import type { CallIds } from '../../call-ids.ts';
import { failed } from '../../failure.ts';
import type { ModelEvent } from '../../port.ts';
import type { ToolNames } from '../../tool-names.ts';
import { unwrappedInput } from '../parameters.ts';
import type { CallPiece } from './chunk.ts';

/** A call while its pieces arrive. It has no block until its name is known. */
interface OpenCall {
  id: string | undefined;
  name: string;
  argumentsText: string;
  block: Block | undefined;
}

/** The calls of one answer, found again by index, id or order for each piece. */
export class Calls {
  readonly #blocks: BlockSequence;
  readonly #names: ToolNames;
  readonly #ids: CallIds;
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();

  constructor(blocks: BlockSequence, names: ToolNames, ids: CallIds) {
    this.#blocks = blocks;
    this.#names = names;
    this.#ids = ids;
  }

  add(piece: CallPiece): readonly ModelEvent[] {
    const call = this.#find(piece) ?? this.#begin(piece);
    call.id ??= piece.id;
    if (call.name === '') call.name = piece.name;
    call.argumentsText += piece.argumentsText;
    if (call.block === undefined) return call.name === '' ? [] : this.#open(call);
    if (piece.argumentsText === '') return [];
    return this.#blocks.add(call.block, { type: 'arguments_delta', text: piece.argumentsText });
  }

  /** Throws if a call has never had a name: nothing could answer it. */
  assertNamed(): void {
    if (this.#calls.every(({ block }) => block !== undefined)) return;
    throw failed('malformed', 'the model server sent a tool call without a name');
  }

  #find({ index, id, name }: CallPiece): OpenCall | undefined {
    if (index !== undefined) {
      const call = this.#byIndex.get(index);
      const isOther = id !== undefined && call?.id !== undefined && id !== call.id;
      // Some servers give every call the index 0.
      return isOther && name !== '' && isWholeJson(call.argumentsText) ? undefined : call;
    }
    if (id !== undefined) {
      const call = this.#calls.find((candidate) => candidate.id === id);
      if (call !== undefined) return call;
      const last = this.#calls.at(-1);
      return last?.id === undefined && name === '' ? last : undefined;
    }
    const last = this.#calls.at(-1);
    const isNext = name !== '' && last !== undefined && isWholeJson(last.argumentsText);
    return isNext ? undefined : last;
  }

  #begin({ index, id }: CallPiece): OpenCall {
    const call: OpenCall = { id, name: '', argumentsText: '', block: undefined };
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }

  #open(call: OpenCall): readonly ModelEvent[] {
    const { type: tool, ...name } = this.#names.toolOf(call.name);
    const callId = this.#ids.take(call.id);
    const { block, events } = this.#blocks.open(
      { type: 'call_started', tool, callId, ...name },
      tool === 'custom' ? unwrappedInput : undefined,
    );
    call.block = block;
    if (call.argumentsText === '') return events;
    const rest = this.#blocks.add(block, { type: 'arguments_delta', text: call.argumentsText });
    return [...events, ...rest];
  }
}
