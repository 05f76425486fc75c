/** An MCP server that is written by hand, and answers what a test says. */

import { createServer, type ServerResponse } from 'node:http';
import { closed, listening, textOf } from './mcp-server.ts';

interface Requested {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly cursor?: string; readonly name?: string };
}

/** A result, or what writes the whole answer itself. */
export type Reply =
  | { readonly result: unknown }
  | ((response: ServerResponse, request: Requested) => void);
export type Replies = Readonly<Record<string, Reply>>;

export interface HostileMcpServer extends AsyncDisposable {
  readonly url: string;
  /** Replaces what is answered; what is left out is answered as usual. */
  reply(replies: Replies): void;
  readonly methods: readonly string[];
}

const INITIALIZED = {
  result: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'hostile', version: '1' },
  },
};
const ONE_TOOL = { result: { tools: [toolNamed('go')] } };
const DONE = { result: { content: [{ type: 'text', text: 'done' }] } };
const USUAL: Replies = { initialize: INITIALIZED, 'tools/list': ONE_TOOL, 'tools/call': DONE };

/** Makes a tool as a server lists it. */
export function toolNamed(name: string, more: object = {}): object {
  return { name, inputSchema: { type: 'object' }, ...more };
}

export async function startHostileMcpServer(): Promise<HostileMcpServer> {
  let replies = USUAL;
  const methods: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const text = await textOf(request);
      if (request.method !== 'POST') return response.writeHead(405).end();
      // Sound: the official client sends such requests.
      const requested = JSON.parse(text) as Requested;
      methods.push(requested.method);
      const reply = replies[requested.method];
      if (typeof reply === 'function') return reply(response, requested);
      if (requested.id === undefined) return response.writeHead(202).end();
      const answer =
        reply === undefined ? { error: { code: -32601, message: 'no such method' } } : reply;
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ jsonrpc: '2.0', id: requested.id, ...answer }));
    })();
  });
  const url = await listening(server);
  return {
    url: `${url}/mcp`,
    methods,
    reply: (own) => {
      replies = { ...USUAL, ...own };
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

/** Writes an answer of a type, with this body. */
export function raw(body: string, headers: Readonly<Record<string, string>>, status = 200): Reply {
  return (response) => void response.writeHead(status, headers).end(body);
}

/** Never answers. */
export const HANG: Reply = () => undefined;
