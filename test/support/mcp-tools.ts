/** Tools of the MCP servers in the tests, by the official server. */

import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';

/** What a server has been asked to run. */
export interface ReceivedCall {
  readonly tool: string;
  readonly arguments: unknown;
}

const schema = fromJsonSchema<Record<string, unknown>>({
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
});

/** Makes a server with a handful of tools. `received` gets each call before it runs. */
export function mcpServer(received: (call: ReceivedCall) => unknown): McpServer {
  const server = new McpServer({ name: 'sums', version: '1.0.0' });
  const tool = (
    name: string,
    run: (args: Record<string, unknown>) => unknown,
    isReadOnly = false,
  ): void => {
    const config = {
      description: `The tool ${name}.`,
      inputSchema: schema,
      annotations: { readOnlyHint: isReadOnly },
    };
    server.registerTool(name, config, async (args) => {
      await received({ tool: name, arguments: args });
      const text = await run(args);
      return { content: [{ type: 'text', text: String(text) }] };
    });
  };
  tool('add', ({ a, b }) => Number(a) + Number(b));
  tool('read', () => 'read', true);
  tool('long', () => 'é'.repeat(200_000));
  tool('fail', () => {
    throw new Error('division by zero');
  });
  const place = fromJsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  });
  const weather = { description: 'Get the weather of a city', inputSchema: place };
  server.registerTool('get_weather', weather, async (args) => {
    await received({ tool: 'get_weather', arguments: args });
    return { content: [{ type: 'text', text: `Sunny in ${args.city}, 19 °C` }] };
  });
  server.registerTool('picture', { description: 'A picture.' }, () => ({
    content: [
      { type: 'text', text: 'see:' },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    ],
  }));
  return server;
}
