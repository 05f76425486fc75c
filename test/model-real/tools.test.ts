import { writeFile } from 'node:fs/promises';
import type OpenAI from 'openai';
import { afterAll, beforeAll, expect } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startMcpServer, type TestMcpServer } from '../support/mcp-server.ts';
import { MODEL, startInFront, startRealModel, testWithModel, typesIn } from './model.ts';

const stack = new AsyncDisposableStack();
let client: OpenAI;
let mcp: TestMcpServer;
beforeAll(async () => {
  const model = stack.use(await startRealModel());
  mcp = stack.use(await startMcpServer());
  const folder = stack.use(await temporaryFolder());
  const config = folder.path('colloquy.yaml');
  await writeFile(config, `mcp_servers: [{ label: sums, url: '${mcp.url}' }]\n`);
  ({ client } = stack.use(await startInFront(model, '--config', config)));
});
afterAll(() => stack.disposeAsync());

testWithModel('a model calls an MCP tool, which is approved, and answers', async () => {
  const { id: conversation } = await client.conversations.create();
  const request = {
    model: MODEL,
    temperature: 0,
    max_output_tokens: 256,
    parallel_tool_calls: false,
    conversation,
    tools: [{ type: 'mcp' as const, server_label: 'sums', allowed_tools: ['get_weather'] }],
  };
  const asked = await client.responses.create({
    ...request,
    input: 'Call get_weather for Oslo.',
    tool_choice: 'required',
  });
  expect(asked.status).toBe('completed');
  const approval = asked.output.find(({ type }) => type === 'mcp_approval_request');
  if (approval?.type !== 'mcp_approval_request') throw new Error('no approval was asked for');
  expect(JSON.parse(approval.arguments)).toMatchObject({ city: expect.any(String) });
  expect(mcp.calls).toEqual([]);
  const answered = await client.responses.create({
    ...request,
    input: [{ type: 'mcp_approval_response', approval_request_id: approval.id, approve: true }],
    tool_choice: 'none',
  });
  expect(mcp.calls).toEqual([{ tool: 'get_weather', arguments: JSON.parse(approval.arguments) }]);
  expect(answered.output[0]).toMatchObject({
    type: 'mcp_call',
    status: 'completed',
    approval_request_id: approval.id,
    arguments: approval.arguments,
  });
  expect(answered.output_text.trim()).not.toBe('');
  const types = await typesIn(client, conversation);
  // The model may also say something before it calls.
  expect(types.filter((type) => type !== 'message')).toEqual([
    'mcp_list_tools',
    'mcp_approval_request',
    'mcp_approval_response',
    'mcp_call',
  ]);
});
