/** A `fetch` for MCP servers: to checked addresses, within limits, without redirects of its own. */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { assertAllowedHost, guardedLookup, type AddressRules } from './addresses.ts';

export interface HttpFetchOptions {
  /** `undefined` for servers of the operator, which may be anywhere. */
  readonly rules: AddressRules | undefined;
  readonly maxAnswerBytes: number;
  /** Longest silence of a server. */
  readonly silenceMs: number;
}

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** Connections of one session to one server. */
export class HttpFetch implements Disposable {
  readonly #options: HttpFetchOptions;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(options: HttpFetchOptions) {
    this.#options = options;
    const { rules } = options;
    const lookup = rules === undefined ? {} : { lookup: guardedLookup(rules) };
    const settings = { keepAlive: true, maxSockets: 16, ...lookup };
    this.#http = new HttpAgent(settings);
    this.#https = new HttpsAgent(settings);
  }

  readonly fetch: Fetch = async (input, init = {}) => {
    const url = new URL(input);
    const { rules } = this.#options;
    if (rules !== undefined) assertAllowedHost(url, rules);
    const headers = Object.fromEntries(new Headers(init.headers));
    const isStreamOfNotices = init.method === 'GET' && headers['last-event-id'] === undefined;
    // Servers may send notices on a stream of their own, which nothing here reads.
    if (isStreamOfNotices) return new Response(null, { status: 405 });
    const answer = await this.#send(url, init, { ...headers, 'accept-encoding': 'identity' });
    return this.#response(answer);
  };

  [Symbol.dispose](): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #send(
    url: URL,
    { method = 'GET', body, signal }: RequestInit,
    headers: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(
      url,
      {
        method,
        headers,
        agent: isSecure ? this.#https : this.#http,
        ...(signal === null || signal === undefined ? {} : { signal }),
      },
      resolve,
    );
    request.once('error', reject);
    request.setTimeout(this.#options.silenceMs, () => {
      request.destroy(new Error('the server was silent for too long'));
    });
    request.end(typeof body === 'string' ? body : undefined);
    return promise;
  }

  #response(answer: IncomingMessage): Response {
    const { statusCode: status = 502, headers } = answer;
    if (this.#options.rules !== undefined && status >= 300 && status < 400) {
      answer.destroy();
      throw new Error('the server redirects to another URL, which is not followed');
    }
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      answer.destroy();
      throw new Error('the server compresses its answers, which it was not asked to');
    }
    const fields = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    const isBare = status === 204 || status === 205 || status === 304;
    if (isBare) answer.resume();
    // An answer's body is not waited for when nothing reads it.
    answer.on('error', () => undefined);
    const body = isBare ? null : Readable.toWeb(Readable.from(this.#limited(answer)));
    // Sound: Node's streams are those of the web.
    return new Response(body as ReadableStream<Uint8Array> | null, { status, headers: fields });
  }

  async *#limited(answer: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    for await (const chunk of answer) {
      // Sound: a body without an encoding consists of bytes.
      const part = chunk as Uint8Array;
      bytes += part.length;
      if (bytes > this.#options.maxAnswerBytes) {
        throw new AnswerTooLarge('the server sent a longer answer than is allowed');
      }
      yield part;
    }
  }
}
