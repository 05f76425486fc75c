import { createParser, type EventSourceParser } from 'eventsource-parser';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { failed, ModelServerError } from '../failure.ts';

const DONE = '[DONE]';

/** A value of a stream, the mark of its end, or the reason why nothing after it can be read. */
export type StreamValue = JsonObject | typeof DONE | ModelServerError;

/** Checks for the mark of the end. */
export function isDone(value: StreamValue): value is typeof DONE {
  return value === DONE;
}

/** Reads the values of an event stream from its bytes. */
export class StreamValues {
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  #values: StreamValue[] = [];

  constructor(maxEventLength: number) {
    this.#parser = createParser({
      maxBufferSize: maxEventLength,
      onEvent: ({ data, event }) => this.#take(data, event),
      onError: ({ type, line }) => {
        if (type === 'max-buffer-size-exceeded') {
          const limit = `${maxEventLength} characters`;
          this.#values.push(failed('too_large', `an event of the model server exceeds ${limit}`));
        } else if (line?.trimStart().startsWith('{') === true) {
          // Some servers write an error as a bare line between the events.
          this.#take(line, undefined);
        }
      },
    });
  }

  /** Returns the values that a chunk completes. After an error nothing more may be pushed. */
  push(chunk: Uint8Array): readonly StreamValue[] {
    return this.#feed(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Returns the value that lacks only the empty line at its end. Half an event is left out. */
  end(): readonly StreamValue[] {
    const values = this.#feed(`${this.#decoder.decode()}\n\n`);
    return values.filter((value) => !(value instanceof ModelServerError));
  }

  #feed(text: string): readonly StreamValue[] {
    this.#parser.feed(text);
    const values = this.#values;
    this.#values = [];
    return values;
  }

  #take(data: string, event: string | undefined): void {
    const text = data.trim();
    if (text === '') return;
    if (text === DONE) {
      this.#values.push(DONE);
      return;
    }
    const value = parsedJson(text);
    if (!isJsonObject(value)) {
      this.#values.push(
        failed('malformed', 'the model server sent an event that is not a JSON object'),
      );
      return;
    }
    // Some servers name the type of an event only in its `event` line.
    const isUntyped = event !== undefined && value['type'] === undefined;
    this.#values.push(isUntyped ? { ...value, type: event } : value);
  }
}

/** Parses JSON; `undefined` if the text is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
