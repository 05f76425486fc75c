import { writeFile } from 'node:fs/promises';
import type OpenAI from 'openai';
import { temporaryFolder } from './folder.ts';
import { startMcpServer, type TestMcpServer } from './mcp-server.ts';
import { startTurnServerWith, type TurnServer } from './turns.ts';

export type McpTool = OpenAI.Responses.Tool.Mcp;

export interface ToolTurnServer extends TurnServer {
  readonly mcp: TestMcpServer;
}

/** Starts a server with a scripted model server, and an MCP server under the label `sums`. */
export async function startToolTurnServer(
  {
    servers = '',
    more = '',
    environment = {},
  }: {
    /** Further entries of `mcp_servers`, as YAML. */
    readonly servers?: string;
    readonly more?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
  ...settings: readonly string[]
): Promise<ToolTurnServer> {
  await using stack = new AsyncDisposableStack();
  const mcp = stack.use(await startMcpServer());
  const folder = stack.use(await temporaryFolder());
  const config = folder.path('colloquy.yaml');
  const first = `mcp_servers:\n  - { label: sums, url: '${mcp.url}' }\n`;
  await writeFile(config, `${first}${servers}${more}`);
  const turns = stack.use(await startTurnServerWith(environment, '--config', config, ...settings));
  const owned = stack.move();
  return { ...turns, mcp, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Makes the tool of the server `sums`. */
export function sums(fields: Partial<McpTool> = {}): McpTool {
  return { type: 'mcp', server_label: 'sums', require_approval: 'never', ...fields };
}
