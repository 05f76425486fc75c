import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ModelServerLimits } from '../../options/model-server.ts';
import { failed, ModelServerError } from '../failure.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Taken away when the answer begins, which may take long, and needs no second request. */
  body: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Connections to one model server. Node's `fetch` would give up after five minutes without a head, and a large prompt
 * on a small machine takes longer. Redirects are not followed: the key belongs to one server.
 */
export class Connections {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  readonly #limits: ModelServerLimits;

  constructor(limits: ModelServerLimits) {
    this.#limits = limits;
  }

  /** Sends a request and resolves with its answer's head. Rejects with a `ModelServerError`, or the signal's reason. */
  async open(request: HttpRequest): Promise<HttpAnswer> {
    const began = performance.now();
    request.signal.throwIfAborted();
    try {
      const response = await this.#send(request, began);
      return new HttpAnswer(response, request.signal, this.#limits, began);
    } catch (error) {
      request.signal.throwIfAborted();
      throw asFailure(error, 'unreachable');
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #send(request: HttpRequest, began: number, isFirst = true): Promise<IncomingMessage> {
    const { url, method, headers, signal } = request;
    const isEncrypted = url.protocol === 'https:';
    const agent = isEncrypted ? this.#https : this.#http;
    const { firstByteTimeoutMs, connectTimeoutMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const sent = (isEncrypted ? httpsRequest : httpRequest)(url, {
        method,
        headers,
        signal,
        agent: isFirst ? agent : false,
      });
      const remaining = began + firstByteTimeoutMs - performance.now();
      const timer = setTimeout(() => sent.destroy(firstByteTimeout(firstByteTimeoutMs)), remaining);
      sent.once('socket', (socket) => {
        if (!socket.connecting) return;
        const connectTimer = setTimeout(() => {
          sent.destroy(failed('unreachable', `no connection within ${connectTimeoutMs} ms`));
        }, connectTimeoutMs);
        const connected = isEncrypted ? 'secureConnect' : 'connect';
        socket.once(connected, () => clearTimeout(connectTimer));
        sent.once('close', () => clearTimeout(connectTimer));
      });
      let isAnswered = false;
      sent.once('response', (response) => {
        isAnswered = true;
        request.body = undefined;
        clearTimeout(timer);
        resolve(response);
      });
      sent.on('error', (error) => {
        clearTimeout(timer);
        // The server may have closed an idle connection at the moment of its use: then it has not read the request.
        const isStale = sent.reusedSocket && codeOf(error) === 'ECONNRESET';
        if (isFirst && isStale && !isAnswered && !signal.aborted)
          resolve(this.#send(request, began, false));
        else reject(error);
      });
      sent.end(request.body);
    });
  }
}

/** An answer whose head has arrived. Its body is read by pulling: what is not read stays in the socket. */
export class HttpAnswer implements Disposable {
  readonly #response: IncomingMessage;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #limits: ModelServerLimits;
  readonly #began: number;
  #bytes = 0;
  #isReleased = false;

  constructor(
    response: IncomingMessage,
    signal: AbortSignal,
    limits: ModelServerLimits,
    began: number,
  ) {
    // An error that nothing reads must not end the process.
    response.on('error', () => undefined);
    this.#response = response;
    this.#chunks = response[Symbol.asyncIterator]();
    this.#signal = signal;
    this.#limits = limits;
    this.#began = began;
  }

  get status(): number {
    return this.#response.statusCode ?? 0;
  }

  header(name: string): string | undefined {
    const value = this.#response.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  /**
   * Returns the next chunk, or `undefined` at the end of the body. Rejects with a `ModelServerError` when a limit is
   * exceeded or the connection breaks, and with the signal's reason.
   */
  async read(): Promise<Uint8Array | undefined> {
    const { firstByteTimeoutMs, idleTimeoutMs } = this.#limits;
    if (this.#bytes > 0) {
      return this.#next(idleTimeoutMs, () =>
        failed('idle_timeout', `the model server was silent for ${idleTimeoutMs} ms`),
      );
    }
    const remaining = this.#began + firstByteTimeoutMs - performance.now();
    return this.#next(remaining, () => firstByteTimeout(firstByteTimeoutMs));
  }

  /** Returns the next chunk, or `undefined` when the body ends, the connection breaks, or the time is over. */
  async readWithin(ms: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#next(ms, () => failed('cut', 'the wait for the end is over'));
    } catch (error) {
      if (!(error instanceof ModelServerError)) throw error;
      return undefined;
    }
  }

  /** Reads the beginning of the body, as text, for a message. */
  async beginning(maxBytes: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for (
        let chunk = await this.read();
        chunk !== undefined && bytes < maxBytes;
        chunk = await this.read()
      ) {
        chunks.push(chunk);
        bytes += chunk.length;
      }
    } catch (error) {
      // The status is enough when the rest of the body cannot be read.
      if (!(error instanceof ModelServerError)) throw error;
    }
    return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
  }

  /** Reads on to the end in the background, for a short time, so that the connection can serve another request. */
  release(): void {
    this.#isReleased = true;
    void this.#drain();
  }

  /** Closes the connection unless the body has been read to its end, or is released. */
  [Symbol.dispose](): void {
    if (!this.#isReleased && !this.#response.readableEnded) this.#response.destroy();
  }

  async #drain(): Promise<void> {
    const deadline = performance.now() + this.#limits.usageGraceMs;
    try {
      while ((await this.readWithin(deadline - performance.now())) !== undefined);
    } catch {
      // The signal was aborted, and the answer is whole.
    }
    this.#response.destroy();
  }

  async #next(timeoutMs: number, timeout: () => ModelServerError): Promise<Uint8Array | undefined> {
    const timer = setTimeout(() => this.#response.destroy(timeout()), timeoutMs);
    try {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      const read = this.#withBuffered(value);
      this.#bytes += read.length;
      const { maxAnswerBytes } = this.#limits;
      if (this.#bytes <= maxAnswerBytes) return read;
      throw failed('too_large', `the answer of the model server exceeds ${maxAnswerBytes} bytes`);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw asFailure(error, 'cut');
    } finally {
      clearTimeout(timer);
    }
  }

  /** Joins a chunk with those that have arrived with it, which Node hands out one by one. */
  #withBuffered(chunk: Uint8Array): Uint8Array {
    const { readableLength } = this.#response;
    // Sound: a body without an encoding is read as buffers.
    const rest =
      readableLength === 0 ? null : (this.#response.read(readableLength) as Buffer | null);
    return rest === null ? chunk : Buffer.concat([chunk, rest]);
  }
}

function firstByteTimeout(ms: number): ModelServerError {
  return failed('timeout_first_byte', `the model server sent nothing within ${ms} ms`);
}

function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Makes the failure for an error of Node. Its message names the code alone: Node's own names addresses. */
function asFailure(error: unknown, kind: 'unreachable' | 'cut'): ModelServerError {
  if (error instanceof ModelServerError) return error;
  const code = codeOf(error) ?? 'unknown error';
  const message =
    kind === 'cut'
      ? `the connection to the model server broke (${code})`
      : `the model server cannot be reached (${code})`;
  return failed(kind, message, error);
}
