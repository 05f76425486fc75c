/** Times to the start of a turn: what the background adds. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { median } from '../measure.ts';
import { fixed, table } from '../report.ts';
import { firstEventMs, TurnClient } from './client.ts';
import { turnRequest } from './shared.ts';
import { startTurns, type Template } from './targets.ts';

const WARM_UP = 100;
const ANSWER = `data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;

/** A model server in this process, which notes when it is asked. */
interface NotingStub extends AsyncDisposable {
  readonly url: string;
  /** Resolves with the time of the next request. */
  asked(): Promise<number>;
}

async function startNotingStub(): Promise<NotingStub> {
  let asked = Promise.withResolvers<number>();
  const server = createServer((request, response) => {
    asked.resolve(performance.now());
    asked = Promise.withResolvers();
    request.resume();
    response.setHeader('content-type', 'text/event-stream');
    response.end(ANSWER);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked: () => asked.promise,
    [Symbol.asyncDispose]: stop,
  };
}

const KINDS = [
  ['whose client waits', {}],
  ['in the background', { background: true }],
] as const;

/** Reports the times until the model server is asked and until the answer begins, for each kind in turn. */
export async function backgroundStart(template: Template, rounds: number): Promise<string> {
  await using stub = await startNotingStub();
  await using colloquy = await startTurns(template, stub);
  const client = await TurnClient.open(colloquy);
  const times = KINDS.map((): [number, number][] => []);
  for (let n = 0; n < WARM_UP + rounds; n += 1) {
    for (const [index, [, more]] of KINDS.entries()) {
      const place = (n * KINDS.length + index) % template.conversations.length;
      const asked = stub.asked();
      const conversation = template.conversations[place] ?? '';
      const answer = await client.stream(turnRequest({ conversation, ...more }));
      const began = firstEventMs(answer);
      if (n >= WARM_UP) times[index]?.push([(await asked) - answer.sent, began]);
      else await asked;
    }
  }
  client.close();
  return table(
    ['response', 'model asked ms', 'answer began ms'],
    KINDS.map(([title], index) => [
      title,
      fixed(median((times[index] ?? []).map(([asked]) => asked))),
      fixed(median((times[index] ?? []).map(([, began]) => began))),
    ]),
  );
}
