import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { called, said } from '../support/chat-answers.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startToolTurnServer, sums } from '../support/tool-turns.ts';
import { MODEL } from '../support/turns.ts';

const folder = await temporaryFolder();
const audit = folder.path('audit.jsonl');
const turns = await startToolTurnServer({}, '--audit-log', audit);
const { client, play, server } = turns;
afterAll(async () => {
  await turns[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function toolLines(): readonly Record<string, unknown>[] {
  return readFileSync(audit, 'utf8')
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ operation }) => operation === 'callTool');
}

const CALL = called(['sums__add', '{"a":271828,"b":1}', 'call_a']);

test('the audit log names server, tool, caller and approver of a call, and not its arguments', async () => {
  play(CALL, said('done'));
  await client.responses.create({ model: MODEL, input: 'go', tools: [sums()] });
  expect(toolLines()).toMatchObject([
    { server: 'sums', tool: 'add', principal: 'anonymous', approved_by: null, outcome: 'done' },
  ]);
  play(CALL, said('done'));
  const tools = [sums({ require_approval: 'always' })];
  const { id, output } = await client.responses.create({ model: MODEL, input: 'go', tools });
  const request = output.find(({ type }) => type === 'mcp_approval_request');
  const requestId = request?.id ?? '';
  await client.responses.create({
    model: MODEL,
    previous_response_id: id,
    tools,
    input: [{ type: 'mcp_approval_response', approval_request_id: requestId, approve: true }],
  });
  expect(toolLines().slice(1)).toMatchObject([
    { tool: 'add', approved_by: 'anonymous', approval_request: requestId, outcome: 'done' },
  ]);
  expect(toolLines()[0]?.['request_id']).toMatch(/./);
  expect(readFileSync(audit, 'utf8')).not.toContain('271828');
});

test('the metrics have the time of each call, by server and outcome', async () => {
  play(called(['sums__fail', '{}', 'call_a']), said('sorry'));
  await client.responses.create({ model: MODEL, input: 'go', tools: [sums()] });
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  expect(text).toMatch(
    /colloquy_tool_call_duration_seconds_count\{server="sums",outcome="tool_error"\} 1/,
  );
  expect(text).not.toContain('271828');
});
