import { Agent, request as httpRequest } from 'node:http';

interface RawAnswer {
  readonly status: number;
  readonly error: unknown;
  /** Port on the client's side: two answers with the same port came on the same connection. */
  readonly clientPort: number | undefined;
}

/** A client that sends requests byte for byte as given, all on one kept-alive connection. */
export interface RawClient extends Disposable {
  readonly send: (
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<RawAnswer>;
}

export const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/** Creates a client without a connection; its first request opens one. */
export function rawClient(origin: string): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (method, path, body, headers = JSON_HEADERS) =>
      new Promise((resolve, reject) => {
        const request = httpRequest(`${origin}${path}`, { method, agent, headers }, (response) => {
          const clientPort = response.socket.localPort;
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const { error } = JSON.parse(Buffer.concat(chunks).toString()) as { error?: unknown };
            resolve({ status: response.statusCode ?? 0, error, clientPort });
          });
        });
        request.on('error', reject);
        request.end(body);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
