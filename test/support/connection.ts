import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';

export interface Connection extends Disposable {
  readonly socket: Socket;
  /** Returns everything received so far. */
  text(): string;
  /** Returns the statuses of the answers received so far. */
  statuses(): readonly number[];
  /** Resolves when the received text contains this. */
  received(part: string): Promise<void>;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<unknown>;
}

/** Opens a connection to a server, to write HTTP to by hand. */
export async function openConnection(origin: string): Promise<Connection> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => {
    socket.on('close', resolve);
  });
  await once(socket, 'connect');
  const text = (): string => Buffer.concat(chunks).toString();
  return {
    socket,
    text,
    closed,
    statuses: () => [...text().matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status)),
    received: (part) => expect.poll(text).toContain(part),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Returns a GET request as it is written to a connection. */
export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
}
