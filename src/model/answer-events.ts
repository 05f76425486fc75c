import { isJsonObject, type JsonObject } from '../base/json-object.ts';
import type { ModelServerLimits } from '../options/model-server.ts';
import { failed, ModelServerError } from './failure.ts';
import type { ModelEvent } from './port.ts';
import type { AnswerDecoder } from './protocols/protocol.ts';
import { isDone, parsedJson, StreamValues } from './transport/events.ts';
import type { HttpAnswer } from './transport/http.ts';

/** Decodes the body of an answer of status 200. Throws a `ModelServerError` where it fails. */
export async function* answerEvents(
  answer: HttpAnswer,
  decoder: AnswerDecoder,
  limits: ModelServerLimits,
): AsyncGenerator<ModelEvent, void, undefined> {
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
    yield* wholeEvents(await wholeValue(answer, beginning), decoder);
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

function* wholeEvents(value: JsonObject, decoder: AnswerDecoder): Generator<ModelEvent> {
  const events = decoder.decodeWhole(value);
  yield { type: 'started' };
  yield* events;
}

async function* streamEvents(
  answer: HttpAnswer,
  beginning: readonly Uint8Array[],
  decoder: AnswerDecoder,
  { maxEventLength, usageGraceMs }: ModelServerLimits,
): AsyncGenerator<ModelEvent, void, undefined> {
  const values = new StreamValues(maxEventLength);
  let isStarted = false;
  let deadline = Infinity;
  for (let chunk: Uint8Array | undefined = Buffer.concat(beginning); ;) {
    const arrived = chunk === undefined ? values.end() : values.push(chunk);
    for (const value of arrived) {
      if (value instanceof ModelServerError) throw value;
      if (isDone(value)) {
        answer.release();
        yield* decoder.end(true);
        return;
      }
      const events = decoder.decode(value);
      if (!isStarted) yield { type: 'started' };
      isStarted = true;
      yield* events;
      if (decoder.stage === 'over') {
        answer.release();
        yield* decoder.end(true);
        return;
      }
    }
    if (chunk === undefined) {
      yield* decoder.end(false);
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
