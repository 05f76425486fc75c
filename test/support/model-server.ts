import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the client has gone. */
export const SILENCE = { kind: 'silence' } as const;

/** Breaks the connection. */
export const CUT = { kind: 'cut' } as const;

/**
 * One step of an answer's body: text or bytes to write as they are, a pause, a wait for a promise, or text to repeat
 * without end.
 */
export type Step =
  | string
  | Uint8Array
  | Promise<unknown>
  | typeof SILENCE
  | typeof CUT
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'until'; readonly promise: Promise<void> }
  | { readonly kind: 'flood'; readonly text: string };

/** An answer as it is played. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** Makes the answer to a request. */
export type AnswerTo = (request: ReceivedRequest) => ScriptedAnswer;

/** A request as the server has got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; `undefined` without one. */
  readonly body: Record<string, unknown> | undefined;
  /** Resolves when the client has got the answer, or has gone, with true in the second case. */
  readonly abandoned: Promise<boolean>;
}

export interface ScriptedModelServer extends AsyncDisposable {
  /** Base of the API, with `/v1`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Plays these answers to the next requests, one each. Then the last one is repeated. */
  play(...answers: readonly (ScriptedAnswer | AnswerTo)[]): void;
  /** Returns the number of connections that clients have made. */
  connections(): number;
  /** Returns the bytes that were written for the last answer. */
  written(): number;
}

/** Starts a model server that plays scripts. */
export async function startModelServer(
  ...answers: readonly (ScriptedAnswer | AnswerTo)[]
): Promise<ScriptedModelServer> {
  const script = [...answers];
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  let written = 0;
  const server = createServer({ noDelay: true }, (request, response) => {
    const abandoned = new Promise<boolean>((resolve) => {
      response.once('close', () => resolve(!response.writableFinished));
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const body: ReceivedRequest['body'] = text === '' ? undefined : JSON.parse(text);
      const received = { method, path, headers, text, body, abandoned };
      requests.push(received);
      const [answer] = script.length > 1 ? script.splice(0, 1) : script;
      if (answer === undefined) throw new Error('the model server has no answer to play');
      written = 0;
      const played = typeof answer === 'function' ? answer(received) : answer;
      void play(response, played, (bytes) => {
        written += bytes;
      });
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    play: (...next) => {
      script.splice(0, script.length, ...next);
    },
    connections: () => connections,
    written: () => written,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

async function play(
  response: ServerResponse,
  { status = 200, headers = { 'content-type': 'text/event-stream' }, steps }: ScriptedAnswer,
  report: (bytes: number) => void,
): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  response.writeHead(status, headers);
  response.flushHeaders();
  const write = async (data: string | Uint8Array): Promise<void> => {
    report(Buffer.byteLength(data));
    if (response.write(data)) return;
    const drained = new Promise<void>((resolve) => {
      response.once('drain', resolve);
    });
    await Promise.race([drained, gone]);
  };
  for (const step of steps) {
    if (response.destroyed) return;
    if (typeof step === 'string' || step instanceof Uint8Array) await write(step);
    else if (step instanceof Promise) await Promise.race([step, gone]);
    else if (step.kind === 'silence') await gone;
    else if (step.kind === 'cut') response.destroy();
    else if (step.kind === 'pause') await delay(step.ms);
    else if (step.kind === 'until') await Promise.race([step.promise, gone]);
    else while (!response.destroyed) await write(step.text);
  }
  response.end();
}

/** Makes the text of an event. */
export function sse(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

/** Makes a chunk of a chat answer from its delta. */
export function chunk(delta: unknown, finishReason: string | null = null): string {
  return sse({ choices: [{ index: 0, delta, finish_reason: finishReason }] });
}

export const DONE = sse('[DONE]');

/** Makes an answer that streams texts, or steps of another kind. */
export function streamed(...steps: readonly Step[]): ScriptedAnswer {
  return { steps };
}

/** Makes an answer of one JSON value. */
export function json(value: unknown, status = 200): ScriptedAnswer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, steps: [JSON.stringify(value)] };
}
