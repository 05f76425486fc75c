import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Connects to the server of a URL. */
export function openSocket({ hostname, port }: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

/** Passes on what arrives on a socket, and the error with which it ends. */
export function receive(
  socket: Socket,
  take: (chunk: Buffer) => void,
  fail: (error: Error) => void,
): void {
  socket.on('data', take);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
}

/**
 * One keep-alive connection with the part of HTTP/1.1 that a measurement needs. On two cores, a full client would
 * cost more than the measured servers, and would hide the differences.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    receive(
      socket,
      (chunk) => this.#take(chunk),
      (error) => this.#waiting?.reject(error),
    );
  }

  static async open(url: URL): Promise<HttpConnection> {
    return new HttpConnection(await openSocket(url));
  }

  /** Sends a request and returns its answer. The next request must wait for that. */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) throw new Error('the server closed the connection');
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#socket.destroy(new Error(`an answer without a length: ${head}`));
      return;
    }
    const end = headEnd + HEAD_END.length + length;
    if (this.#received.length < end) return;
    const answer = {
      status: Number(head.slice(9, 12)),
      body: this.#received.subarray(headEnd + HEAD_END.length, end),
    };
    this.#received = this.#received.subarray(end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }
}

export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}

/** Returns a request as text. `key` is the API key, which some targets ignore. */
export function requestText(
  { method, path, body }: BenchRequest,
  { host, key }: { host: string; key: string },
): string {
  const length =
    body === undefined
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\naccept: application/json\r\nuser-agent: bench\r\n${length}\r\n${body ?? ''}`;
}
