import type { JsonObject } from '../../../base/json-object.ts';
import { BlockSequence, type Block, type BlockStart } from '../../block-sequence.ts';
import { errorOf, failed, reportedError } from '../../failure.ts';
import type { FinishReason, ModelEvent, ModelUsage, TokenLogprob } from '../../port.ts';
import type { AnswerDecoder, DecodingContext } from '../protocol.ts';
import { Calls } from './calls.ts';
import { readChunk, textAlone, type Chunk, type TextPiece } from './chunk.ts';
import { ThinkTags } from './think-tags.ts';

/** Meaning of the reasons that servers give. Any other is an error. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  '': 'stop',
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  tool_calls: 'stop',
  function_call: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'content_filter',
  safety: 'content_filter',
};

/** The chunks of one chat answer, accumulated into events. */
export class ChatDecoder implements AnswerDecoder {
  readonly #blocks = new BlockSequence();
  readonly #calls: Calls;
  readonly #tags: ThinkTags | undefined;
  #usage: ModelUsage | undefined;
  #reason: FinishReason | undefined;
  #hasChoice = false;
  /** Log probabilities of characters that the next text completes. */
  #logprobs: TokenLogprob[] = [];

  constructor({ profile, names, callIds }: DecodingContext) {
    this.#calls = new Calls(this.#blocks, names, callIds);
    this.#tags = profile.thinkTags ? new ThinkTags() : undefined;
  }

  get stage(): AnswerDecoder['stage'] {
    return this.#reason === undefined ? 'answering' : 'finishing';
  }

  decode(value: JsonObject): readonly ModelEvent[] {
    const error = reportedError(value);
    if (error !== undefined) throw error;
    const isPlain = this.#tags === undefined && this.#logprobs.length === 0;
    const text = isPlain ? textAlone(value) : undefined;
    if (text !== undefined) {
      this.#hasChoice = true;
      return this.#inMessage({ type: 'text_delta', text });
    }
    const chunk = readChunk(value);
    this.#hasChoice ||= chunk.hasChoice;
    this.#usage = chunk.usage ?? this.#usage;
    const events = [
      ...this.#textEvents(chunk),
      ...chunk.calls.flatMap((piece) => this.#calls.add(piece)),
    ];
    const { finishReason } = chunk;
    if (finishReason !== undefined) this.#reason = knownReason(finishReason);
    return events;
  }

  decodeWhole(value: JsonObject): readonly ModelEvent[] {
    return [...this.decode(value), ...this.end(true)];
  }

  end(isMarked: boolean): readonly ModelEvent[] {
    if (!this.#hasChoice && isMarked) {
      throw failed('malformed', 'the model server sent an answer without a choice');
    }
    if (this.#reason === undefined && !isMarked) {
      throw failed('cut', 'the model server closed the stream before the end of the answer');
    }
    this.#calls.assertNamed();
    const rest = this.#tags?.end().flatMap((piece) => this.#textEvent(piece)) ?? [];
    const usage = this.#usage;
    return [
      ...rest,
      ...this.#blocks.end(),
      ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
      { type: 'finish', reason: this.#reason ?? 'stop' },
    ];
  }

  #textEvents({ pieces, refusal, annotations, logprobs, calls }: Chunk): readonly ModelEvent[] {
    const separated = pieces.flatMap((piece) =>
      piece.type === 'text' && this.#tags !== undefined ? this.#tags.push(piece.text) : [piece],
    );
    const events = separated.flatMap((piece) => this.#textEvent(piece));
    const isOfText =
      calls.length === 0 && [...pieces, ...separated].every(({ type }) => type === 'text');
    if (isOfText) this.#logprobs.push(...logprobs);
    if (this.#logprobs.length > 0 && separated.some(({ type }) => type === 'text')) {
      events.push(...this.#inMessage({ type: 'logprobs', logprobs: this.#logprobs }));
      this.#logprobs = [];
    }
    if (refusal !== '') events.push(...this.#inMessage({ type: 'refusal_delta', text: refusal }));
    for (const annotation of annotations) {
      events.push(...this.#inMessage({ type: 'annotation', annotation }));
    }
    return events;
  }

  #textEvent({ type, text }: TextPiece): readonly ModelEvent[] {
    if (type === 'text') return this.#inMessage({ type: 'text_delta', text });
    return this.#inBlock({ type: 'reasoning_started' }, { type: 'reasoning_delta', text });
  }

  #inMessage(event: ModelEvent): readonly ModelEvent[] {
    return this.#inBlock({ type: 'message_started' }, event);
  }

  /** Adds an event to the last block if that is of the kind, otherwise to a new one. */
  #inBlock(start: BlockStart, event: ModelEvent): readonly ModelEvent[] {
    const last: Block | undefined = this.#blocks.last;
    if (last?.start.type === start.type) return this.#blocks.add(last, event);
    const { block, events } = this.#blocks.open(start);
    return [...events, ...this.#blocks.add(block, event)];
  }
}

function knownReason(reason: string): FinishReason {
  const known = FINISH_REASONS[reason.toLowerCase()];
  if (known !== undefined) return known;
  throw errorOf(`the model server ended the answer for the reason "${reason}"`);
}
