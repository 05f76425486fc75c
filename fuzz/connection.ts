import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Mismatch } from './mismatch.ts';
import { isRaw, type FuzzRequest, type RawRequest } from './requests.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Methods for which Node's client does not send an empty body in chunks. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);
/** Timeout of an answer, longer than any answer takes on a busy machine. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Sends requests in sequence. Keeps one connection open between them. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #origin: URL;
  readonly #keys: Readonly<Record<string, string>>;

  /** `keys` are the API keys by the names of their principals. */
  constructor(origin: string, keys: Readonly<Record<string, string>>) {
    this.#origin = new URL(origin);
    this.#keys = keys;
  }

  /** Sends a request and returns its answer. Throws a `Mismatch` if no answer arrives. */
  send(request: FuzzRequest | RawRequest): Promise<Answer> {
    return isRaw(request) ? this.#sendRaw(request) : this.#sendWhole(request);
  }

  close(): void {
    this.#agent.destroy();
  }

  #withKeys(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) =>
      Object.hasOwn(this.#keys, name) ? (this.#keys[name] ?? '') : placeholder,
    );
  }

  #sendWhole(sent: FuzzRequest): Promise<Answer> {
    const { method, target, headers, isChunked, encoding } = sent;
    const body = sent.body === undefined ? undefined : (encoding?.compress(sent.body) ?? sent.body);
    const { hostname, port, host } = this.#origin;
    const flat = headers.flatMap(([name, value]) => [name, this.#withKeys(value)]);
    if (!headers.some(([name]) => name === 'host')) flat.push('host', host);
    if (isChunked) flat.push('transfer-encoding', 'chunked');
    else if (body !== undefined || !BODILESS.has(method)) {
      flat.push('content-length', String(body?.length ?? 0));
    }
    return new Promise((resolve, reject) => {
      const options = { method, path: target, hostname, port, agent: this.#agent, headers: flat };
      const request = httpRequest({ ...options, timeout: ANSWER_TIMEOUT_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => reject(dropped(error.message)));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', (error) => reject(dropped(error.message)));
      request.end(body);
    });
  }

  /** Sends bytes on a new connection, since the server ends the connection after most of them. */
  #sendRaw({ bytes, ends }: RawRequest): Promise<Answer> {
    const { hostname, port } = this.#origin;
    return new Promise((resolve, reject) => {
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
      let received = '';
      socket.setEncoding('latin1').setTimeout(ANSWER_TIMEOUT_MS);
      socket.on('connect', () => {
        socket.write(this.#withKeys(bytes), 'latin1');
        if (ends) socket.end();
      });
      socket.on('data', (chunk: string) => {
        received += chunk;
        const answer = wholeAnswer(received);
        if (answer === undefined) return;
        socket.destroy();
        resolve(answer);
      });
      const fail = (why: string) => (): void => {
        socket.destroy();
        reject(dropped(`${why} after ${JSON.stringify(received)}`));
      };
      socket.on('timeout', fail('no answer in time'));
      socket.on('end', fail('the end'));
      socket.on('error', (error) => fail(error.message)());
    });
  }
}

function dropped(why: string): Mismatch {
  return new Mismatch(`the connection was dropped without an answer: ${why}`);
}

/** Returns the answer if it has arrived completely, as its length states. */
function wholeAnswer(received: string): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = received.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = received.slice(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  const text = Buffer.from(body, 'latin1').toString();
  return { status: Number(first.split(' ')[1]), headers, text };
}
