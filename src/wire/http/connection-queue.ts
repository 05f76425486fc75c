import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

interface Connection {
  /** The request that has its turn. */
  current: IncomingMessage | undefined;
  readonly waiting: (() => void)[];
}

/**
 * One request of a connection at a time, in the order in which they came. Node hands over all that a packet has at
 * once; without turns, one client's packet would become hundreds of answers that are made and kept together.
 */
export class ConnectionQueue {
  readonly #connections = new WeakMap<Duplex, Connection>();
  readonly #onQuiet: (() => void)[] = [];
  #running = 0;

  /** Has `answer` called when the answers before it have been sent; not at all when the connection ends before. */
  take(request: IncomingMessage, response: ServerResponse, answer: () => Promise<void>): void {
    const { socket } = request;
    const connection = this.#of(socket);
    if (connection.current === undefined) {
      void this.#begin(connection, request, response, answer);
      return;
    }
    connection.waiting.push(() => void this.#begin(connection, request, response, answer));
    // Until those that are here have had their turns, no more are read.
    socket.pause();
  }

  /** A turn is over when the work is done and the answer is out, or its connection gone. */
  async #begin(
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    answer: () => Promise<void>,
  ): Promise<void> {
    connection.current = request;
    this.#running += 1;
    let isDone = false;
    let isOut = false;
    response.on('close', () => {
      isOut = true;
      if (isDone) this.#end(connection, request.socket);
    });
    try {
      await answer();
    } catch (error) {
      // As when what an embedding program is told throws; the server goes on.
      process.emitWarning(error instanceof Error ? error : String(error));
      response.destroy();
    }
    isDone = true;
    if (isOut) this.#end(connection, request.socket);
  }

  #end(connection: Connection, socket: Duplex): void {
    connection.current = undefined;
    this.#next(connection, socket);
    this.#running -= 1;
    if (this.#running === 0) for (const tell of this.#onQuiet.splice(0)) tell();
  }

  /** Calls `last` when what has arrived whole before it has been answered. */
  after(socket: Duplex, last: () => void): void {
    const connection = this.#of(socket);
    if (connection.current?.complete === true) connection.waiting.push(last);
    else last();
  }

  /** Resolves when no request has its turn. */
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
