import { createParser } from 'eventsource-parser';
import { isJsonObject } from '../../src/base/json-object.ts';

const TERMINAL = ['response.completed', 'response.incomplete', 'response.failed'];

/**
 * Returns an answer of events that breaks off at the first event that `assertEvent` throws for, or that has a wrong
 * name, number or place. `after` is the number of the last event that the client has; then nothing may follow.
 */
export function checkedStream(
  { body, status, headers }: Response,
  assertEvent: (event: unknown) => void,
  after?: number,
): Response {
  const decoder = new TextDecoder();
  let count = Math.max(after ?? -1, -1) + 1;
  let hasEnded = false;
  const parser = createParser({
    onEvent: ({ event: name, data, id }) => {
      const event: unknown = JSON.parse(data);
      assertEvent(event);
      const { type, sequence_number: number } = isJsonObject(event) ? event : {};
      // An error that is not the response's own has the number of the event before it.
      const next = type === 'error' ? count - 1 : count;
      const expected = { name: type, id: undefined, number: next, hasEnded: false };
      const found = { name, id, number, hasEnded };
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(`an event is ${JSON.stringify(found)}: ${data.slice(0, 500)}`);
      }
      count += 1;
      hasEnded = type === 'error' || TERMINAL.includes(String(type));
    },
  });
  const check = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      parser.feed(decoder.decode(chunk, { stream: true }));
      controller.enqueue(chunk);
    },
    flush: () => {
      if (!hasEnded && after === undefined)
        throw new Error('a stream has ended without its terminal event');
    },
  });
  return new Response(body?.pipeThrough(check) ?? null, { status, headers });
}
