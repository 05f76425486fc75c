import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { mcpServer, type ReceivedCall } from './mcp-tools.ts';

export interface TestMcpServer extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** Headers of the last request. */
  readonly headers: () => IncomingHttpHeaders;
  /** Methods of the protocol that were requested. */
  readonly methods: readonly string[];
  /** Sets what is awaited before each call. */
  beforeEach(work: () => unknown): void;
}

/** Starts an MCP server on HTTP, with the tools of `mcp-tools.ts`. */
export async function startMcpServer(): Promise<TestMcpServer> {
  const calls: ReceivedCall[] = [];
  const methods: string[] = [];
  let headers: IncomingHttpHeaders = {};
  let before: () => unknown = () => undefined;
  const handler = createMcpHandler(() =>
    mcpServer((call) => {
      calls.push(call);
      return before();
    }),
  );
  const server = createServer((request, response) => {
    headers = request.headers;
    void (async () => {
      const body = await textOf(request);
      if (body !== '') methods.push(String(JSON.parse(body).method));
      const answer = await handler.fetch(
        new Request(`http://${request.headers.host}${request.url}`, {
          method: request.method ?? 'GET',
          headers: new Headers(
            Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
          ),
          ...(body === '' ? {} : { body }),
        }),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body !== null) for await (const chunk of answer.body) response.write(chunk);
      response.end();
    })().catch(() => response.destroy());
  });
  const url = await listening(server);
  return {
    url: `${url}/mcp`,
    calls,
    methods,
    headers: () => headers,
    beforeEach: (work) => {
      before = work;
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

/** Starts a server on loopback, and returns its origin. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

export async function closed(server: Server): Promise<void> {
  const end = new Promise((resolve) => {
    server.close(resolve);
  });
  server.closeAllConnections();
  await end;
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // Sound: a request without an encoding has bytes.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
