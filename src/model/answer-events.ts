import { isJsonObject, type JsonObject } from '../base/json-object.ts';
import type { ModelServerLimits } from '../options/model-server.ts';
import { failed, ModelServerError } from './failure.ts';
import type { ModelEvent } from './port.ts';
import type { AnswerDecoder } from './protocols/protocol.ts';
import { isDone, parsedJson, StreamValues, type StreamValue } from './transport/events.ts';
import type { HttpAnswer } from './transport/http.ts';

const STARTED: readonly ModelEvent[] = [{ type: 'started' }];

/**
 * Decodes the body of an answer of status 200, into lists of the events that have arrived together. Throws a
 * `ModelServerError` where it fails.
 */
export async function* answerEvents(
  answer: HttpAnswer,
  decoder: AnswerDecoder,
  limits: ModelServerLimits,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  const encoding = answer.header('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw failed('malformed', `the model server sent content of the encoding ${encoding}`);
  }
  const beginning: Uint8Array[] = [];
  let first = '';
  while (first === '') {
    const chunk = await answer.read();
    if (chunk === undefined) throw failed('malformed', 'the model server sent an empty answer');
    beginning.push(chunk);
    first = Buffer.from(chunk)
      .toString('latin1')
      .replace(/^\u00EF\u00BB\u00BF/, '')
      .trimStart()
      .charAt(0);
  }
  // The type of the content is not trusted: errors come as JSON under the name of a stream, and the reverse.
  if (first === '<') throw failed('malformed', 'the model server sent HTML, not an answer');
  if (first === '{' || first === '[') {
    const events = decoder.decodeWhole(await wholeValue(answer, beginning));
    yield STARTED;
    yield events;
  } else {
    yield* streamEvents(answer, beginning, decoder, limits);
  }
}

async function wholeValue(
  answer: HttpAnswer,
  beginning: readonly Uint8Array[],
): Promise<JsonObject> {
  const chunks = [...beginning];
  for (let chunk = await answer.read(); chunk !== undefined; chunk = await answer.read()) {
    chunks.push(chunk);
  }
  const value = parsedJson(
    Buffer.concat(chunks)
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  );
  if (isJsonObject(value)) return value;
  throw failed('malformed', 'the model server sent an answer that is not a JSON object');
}

async function* streamEvents(
  answer: HttpAnswer,
  beginning: readonly Uint8Array[],
  decoder: AnswerDecoder,
  { maxEventLength, usageGraceMs }: ModelServerLimits,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  const values = new StreamValues(maxEventLength);
  let isStarted = false;
  let deadline = Infinity;
  for (let chunk: Uint8Array | undefined = Buffer.concat(beginning); ;) {
    const arrived = chunk === undefined ? values.end() : values.push(chunk);
    const { events, decoded, isOver, failure } = decodedTogether(arrived, decoder);
    if (isOver) answer.release();
    if (decoded > 0 && !isStarted) {
      isStarted = true;
      yield STARTED;
    }
    if (events.length > 0) yield events;
    if (failure !== undefined) throw failure;
    if (isOver) return;
    if (chunk === undefined) {
      yield decoder.end(false);
      return;
    }
    if (decoder.stage === 'finishing') {
      deadline = Math.min(deadline, performance.now() + usageGraceMs);
      chunk = await answer.readWithin(Math.max(0, deadline - performance.now()));
    } else {
      chunk = await answer.read();
    }
  }
}

interface Decoded {
  readonly events: readonly ModelEvent[];
  /** Number of values that were decoded. */
  readonly decoded: number;
  /** Whether nothing follows. */
  readonly isOver: boolean;
  /** What the first value that fails has thrown. */
  readonly failure: unknown;
}

/** Decodes values up to the end of the answer, or to the first that fails. */
function decodedTogether(values: readonly StreamValue[], decoder: AnswerDecoder): Decoded {
  const events: ModelEvent[] = [];
  let decoded = 0;
  let isOver = false;
  try {
    for (const value of values) {
      if (value instanceof ModelServerError) throw value;
      isOver = isDone(value);
      if (!isDone(value)) {
        events.push(...decoder.decode(value));
        decoded += 1;
        isOver = decoder.stage === 'over';
      }
      if (isOver) {
        events.push(...decoder.end(true));
        break;
      }
    }
  } catch (failure) {
    return { events, decoded, isOver, failure };
  }
  return { events, decoded, isOver, failure: undefined };
}
