/** Cost of a round of a tool: a turn with one call of an MCP server, besides the model server and the tool. */

import { writeFileSync } from 'node:fs';
import { median } from '../measure.ts';
import { fixed, table } from '../report.ts';
import { TurnClient, wholeMs } from './client.ts';
import { startToolStub, startTurnsWith, type Template } from './targets.ts';

const WARM_UP = 300;
const MCP_CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'go' } };
const TOOLS = [{ type: 'mcp', server_label: 'tools', require_approval: 'never' }];

export async function toolRounds(template: Template, rounds: number): Promise<string> {
  await using stub = await startToolStub();
  await using colloquy = await startTurnsWith(template, stub, (folder) => {
    const config = `${folder}/tools.yaml`;
    writeFileSync(config, `mcp_servers: [{ label: tools, url: '${stub.url}/mcp' }]\n`);
    return ['--config', config];
  });
  const client = await TurnClient.open(colloquy);
  const direct = await TurnClient.open(stub);
  const body = JSON.stringify({ model: 'stub', messages: [], stream: true });
  const model = { method: 'POST', path: '/v1/chat/completions', body } as const;
  const tool = { method: 'POST', path: '/v1/mcp', body: JSON.stringify(MCP_CALL) } as const;
  const times: [number, number, number][] = [];
  for (let n = 0; n < WARM_UP + rounds; n += 1) {
    const asked = wholeMs(await direct.stream(model));
    const called = wholeMs(await direct.stream(tool));
    const plain = wholeMs(await client.turn({ tools: [] }));
    const withTool = wholeMs(await client.turn({ tools: TOOLS }));
    if (n >= WARM_UP) times.push([plain, withTool, withTool - plain - asked - called]);
  }
  client.close();
  direct.close();
  return table(
    ['turn without a tool, ms', 'turn with a call, ms', 'added besides model and tool, ms'],
    [[0, 1, 2].map((column) => fixed(median(times.map((row) => row[column] ?? Number.NaN))))],
  );
}
