/** Model server and MCP server for the measurement of a tool round: `node bench/turns/tool-stub.ts` */

import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../listen.ts';

const RESULTS: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'stub', version: '1' },
  },
  'tools/list': { tools: [{ name: 'go', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};

function stream(delta: object, reason: string): string {
  return [{ delta }, { delta: {}, finish_reason: reason }]
    .map((choice) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`)
    .join('')
    .concat('data: [DONE]\n\n');
}

const CALL = stream(
  { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'tools__go', arguments: '{}' } }] },
  'tool_calls',
);
const TEXT = stream({ content: 'done' }, 'stop');

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

const server = createServer({ noDelay: true }, (request, response) => {
  void (async () => {
    const body = await bodyOf(request);
    if (request.url === '/v1/chat/completions') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const isLast = /"role":"tool"[^{}]*\}\s*\]/.test(body);
      response.end(isLast ? TEXT : CALL);
      return;
    }
    const { id, method } = JSON.parse(body);
    const result = RESULTS[method];
    if (id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const answer = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  })();
});
listen(server);
