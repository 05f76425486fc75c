import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { warn } from './warn.ts';

interface Connection {
  /** The request that is being answered. */
  current: IncomingMessage | undefined;
  readonly waiting: (() => void)[];
}

/**
 * Answers the requests of each connection one at a time, in the order of arrival. Node emits all requests of
 * a packet at once. Without the queue, one packet could become hundreds of answers in memory together.
 */
export class ConnectionQueue {
  readonly #connections = new WeakMap<Duplex, Connection>();
  readonly #onQuiet: (() => void)[] = [];
  #running = 0;

  /** Calls `answer` after the earlier answers on the connection have been sent; never if the connection ends before. */
  take(request: IncomingMessage, response: ServerResponse, answer: () => Promise<void>): void {
    const { socket } = request;
    const connection = this.#of(socket);
    if (connection.current === undefined) {
      void this.#begin(connection, request, response, answer);
      return;
    }
    connection.waiting.push(() => void this.#begin(connection, request, response, answer));
    // No more requests are read until the last of the waiting ones has begun.
    socket.pause();
  }

  /** Runs `answer`. The request ends when that is done and the response is closed. */
  async #begin(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    answer: () => Promise<void>,
  ): Promise<void> {
    connection.current = request;
    this.#running += 1;
    let isDone = false;
    let isClosed = false;
    response.on('close', () => {
      isClosed = true;
      if (isDone) this.#end(connection, request.socket);
    });
    try {
      await answer();
    } catch (error) {
      // For example an error of the embedding program's `onServerError`; the server goes on.
      warn(error);
      response.destroy();
    }
    isDone = true;
    if (isClosed) this.#end(connection, request.socket);
  }

  #end(connection: Connection, socket: Duplex): void {
    connection.current = undefined;
    this.#next(connection, socket);
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#onQuiet.splice(0)) resolve();
  }

  /** Calls `last` after the requests that have arrived whole on the connection have been answered. */
  after(socket: Duplex, last: () => void): void {
    const connection = this.#of(socket);
    if (connection.current?.complete === true) connection.waiting.push(last);
    else last();
  }

  /** Resolves when no request is being answered. */
  async quiet(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#onQuiet.push(resolve);
    });
  }

  #of(socket: Duplex): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const made: Connection = { current: undefined, waiting: [] };
    this.#connections.set(socket, made);
    return made;
  }

  #next({ waiting }: Connection, socket: Duplex): void {
    const next = waiting.shift();
    if (next === undefined) return;
    if (socket.destroyed || socket.writableEnded) return;
    if (waiting.length === 0) socket.resume();
    next();
  }
}
