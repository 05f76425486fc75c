import type { Socket } from 'node:net';
import { openSocket, receive } from '../http-connection.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const BODY_END = Buffer.from('\r\n0\r\n\r\n');

/** A whole answer, with the times of `performance.now()` at which it arrived. */
export interface StreamedAnswer {
  /** Head and body as they were sent, with the sizes of the chunks. */
  readonly text: string;
  readonly sent: number;
  /** Time of the first bytes of the body. */
  readonly began: number;
  readonly ended: number;
  /** Longest time between two arrivals of bytes. */
  readonly longestGapMs: number;
}

/** One keep-alive connection that reads answers in chunks, without decoding them. */
export class StreamConnection {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #sent = 0;
  #began = 0;
  #last = 0;
  #longestGapMs = 0;
  #hasHead = false;
  #waiting: PromiseWithResolvers<StreamedAnswer> | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    receive(
      socket,
      (chunk) => this.#take(chunk),
      (error) => this.#waiting?.reject(error),
    );
  }

  static async open(url: URL): Promise<StreamConnection> {
    return new StreamConnection(await openSocket(url));
  }

  /** Sends a request and resolves with its whole answer. Rejects unless that is a stream of status 200. */
  send(request: string): Promise<StreamedAnswer> {
    this.#waiting = Promise.withResolvers();
    this.#chunks = [];
    this.#hasHead = false;
    this.#longestGapMs = 0;
    this.#sent = performance.now();
    this.#socket.write(request);
    return this.#waiting.promise;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const now = performance.now();
    this.#chunks.push(chunk);
    if (!this.#hasHead) {
      const received = Buffer.concat(this.#chunks);
      const headEnd = received.indexOf(HEAD_END);
      if (headEnd === -1 || headEnd + HEAD_END.length === received.length) return;
      this.#hasHead = true;
      this.#began = now;
      const head = received.toString('latin1', 0, headEnd);
      if (!head.startsWith('HTTP/1.1 200') || !/transfer-encoding: chunked/i.test(head)) {
        this.#socket.destroy(new Error(received.toString('utf8')));
        return;
      }
    } else {
      this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#last);
    }
    this.#last = now;
    if (!this.#isWhole(chunk)) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({
      text: Buffer.concat(this.#chunks).toString('utf8'),
      sent: this.#sent,
      began: this.#began,
      ended: now,
      longestGapMs: this.#longestGapMs,
    });
  }

  #isWhole(last: Buffer): boolean {
    const end =
      last.length >= BODY_END.length
        ? last.subarray(-BODY_END.length)
        : Buffer.concat(this.#chunks).subarray(-BODY_END.length);
    return end.equals(BODY_END);
  }
}
