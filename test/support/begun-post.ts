import { openConnection, type Connection } from './connection.ts';

export interface BegunPost extends Connection {
  /** Sends the rest of the body. */
  finish(): void;
}

/** Begins to create a conversation, and resolves when the server has read the head of the request. */
export async function beginPost(origin: string, body: string): Promise<BegunPost> {
  const connection = await openConnection(origin);
  const head = [
    'POST /v1/conversations HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  connection.socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 1)}`);
  await connection.received('100 Continue');
  return { ...connection, finish: () => void connection.socket.write(body.slice(1)) };
}
