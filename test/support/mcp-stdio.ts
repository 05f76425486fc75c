/** An MCP server on standard streams, to be run as a program. `crash` ends it, `secret` returns a variable. */

import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { mcpServer } from './mcp-tools.ts';

serveStdio(() => {
  const server = mcpServer(() => undefined);
  server.registerTool('crash', { description: 'Ends the program.' }, () => process.exit(3));
  server.registerTool('variables', { description: 'Names of variables.' }, () => ({
    content: [{ type: 'text', text: Object.keys(process.env).toSorted().join(' ') }],
  }));
  return server;
});
