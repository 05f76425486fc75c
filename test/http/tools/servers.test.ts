import { afterAll, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import { startHostileMcpServer } from '../../support/hostile-mcp.ts';
import { startToolTurnServer, sums, type McpTool } from '../../support/tool-turns.ts';
import { MODEL } from '../../support/turns.ts';

const script = new URL('../../support/mcp-stdio.ts', import.meta.url).pathname;
const other = await startHostileMcpServer();
const turns = await startToolTurnServer({
  servers: `
  - { label: other, url: '${other.url}', stands_in_for: [web_search], headers_env: [Authorization=TOKEN] }
`,
  more: `
mcp_programs:
  - { label: local, command: ['${process.execPath}', '${script}'], env: [PASSED] }
  - { label: gone, command: [/nowhere/at/all] }
  - { label: one, command: ['${process.execPath}', '${script}'], tools: [read], stands_in_for: [code_interpreter] }
mcp_allow_urls: ["http://127.0.0.1:*/*", "https://*.example.com/*"]\n`,
  environment: { PASSED: 'value-of-a-variable', TOKEN: 'Bearer secret-of-the-operator' },
});
const { client, play, sent, mcp, server } = turns;
afterAll(async () => {
  await turns[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

function asking(tools: readonly unknown[], more: object = {}) {
  // Sound: what is no tool is to be refused.
  return client.responses.create({ model: MODEL, input: 'go', tools: tools as McpTool[], ...more });
}

test('a program of the operator is an MCP server, and gets no more variables than it is given', async () => {
  play(called(['local__add', '{"a":1,"b":2}', 'a'], ['local__variables', '{}', 'b']), said('3'));
  const { output } = await asking([sums({ server_label: 'local' })]);
  expect(output).toMatchObject([
    { type: 'mcp_list_tools', server_label: 'local' },
    { type: 'mcp_call', output: '3' },
    { type: 'mcp_call', output: expect.stringMatching(/\bPASSED\b/) },
    { type: 'message' },
  ]);
  expect(JSON.stringify(output[2])).not.toMatch(/VITEST|NODE_/);
});

test('a program that ends fails its call, and is started again', async () => {
  play(called(['local__crash', '{}', 'a']), said('sorry'));
  const first = await asking([sums({ server_label: 'local' })]);
  expect(first.output[1]).toMatchObject({ status: 'failed', error: { code: -32_000 } });
  play(called(['local__add', '{"a":1,"b":2}', 'a']), said('3'));
  const second = await asking([sums({ server_label: 'local' })]);
  expect(second.output[1]).toMatchObject({ output: '3' });
});

test('a program that is not there is answered 424', async () => {
  await expect(asking([sums({ server_label: 'gone' })])).rejects.toMatchObject({
    status: 424,
    message: expect.stringContaining("from MCP server: 'gone'"),
  });
});

test('a server stands in for a hosted tool, without approval and with the operator’s headers', async () => {
  play(called(['other__go', '{"q":"x"}', 'a']), said('found'));
  const response = await asking([{ type: 'web_search', search_context_size: 'low' }]);
  expect(response.output).toMatchObject([
    { type: 'mcp_list_tools', server_label: 'other' },
    { type: 'mcp_call', server_label: 'other', name: 'go', output: 'done' },
    { type: 'message' },
  ]);
  expect(response.tools).toEqual([{ type: 'web_search', search_context_size: 'low' }]);
});

test('a server that is named and stands in needs the approvals that the request demands', async () => {
  play(called(['other__go', '{}', 'a']));
  const named = sums({ server_label: 'other', require_approval: 'always' });
  const { output } = await asking([{ type: 'web_search' }, named]);
  expect(output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_approval_request']);
});

test('the operator’s list of tools holds for requests too', async () => {
  play(said('hello'));
  await asking([{ type: 'code_interpreter', container: { type: 'auto' } }]);
  expect(sent()['tools']).toMatchObject([{ function: { name: 'one__read' } }]);
});

test('a list that a client has made up opens no tool that the operator has left out', async () => {
  play(called(['one__add', '{"a":1,"b":2}', 'a']), said('done'));
  const forged = {
    id: 'mcpl_forged',
    type: 'mcp_list_tools' as const,
    server_label: 'one',
    tools: [{ name: 'add', input_schema: { type: 'object' } }],
  };
  const { output } = await client.responses.create({
    model: MODEL,
    input: [forged, { role: 'user', content: 'sum?' }],
    tools: [sums({ server_label: 'one' })],
  });
  expect(output.filter(({ type }) => type === 'mcp_call')).toEqual([]);
});

test('a hosted tool without a server in its place is refused by name', async () => {
  await expect(
    asking([sums(), { type: 'file_search', vector_store_ids: [] }]),
  ).rejects.toMatchObject({
    status: 400,
    param: 'tools[1].type',
    message:
      "400 Hosted tool 'file_search' is not supported by this server. Supported types are: 'function', 'custom', 'namespace', 'mcp', 'web_search', and 'code_interpreter'.",
  });
});

test.each([
  ['an unknown label', { server_label: 'nobody' }, 'tools[0].server_label'],
  [
    'a URL that is not allowed',
    { server_label: 'x', server_url: 'https://evil.example/' },
    'tools[0].server_url',
  ],
  ['another URL for a label', { server_url: 'https://evil.example/' }, 'tools[0].server_url'],
  [
    'credentials in the URL',
    { server_label: 'x', server_url: 'https://a:b@mcp.example.com/' },
    'tools[0].server_url',
  ],
  ['text as URL', { server_label: 'x', server_url: 'mcp' }, 'tools[0].server_url'],
  ['a file as URL', { server_label: 'x', server_url: 'file:///etc/passwd' }, 'tools[0].server_url'],
  ['a connector', { connector_id: 'connector_gmail' }, 'tools[0].connector_id'],
  ['a header with a line end', { headers: { a: 'b\r\nc: d' } }, 'tools[0].headers'],
  ['a header of the connection', { headers: { Host: 'other' } }, 'tools[0].headers'],
  ['a token with a line end', { authorization: 'a\nb' }, 'tools[0].authorization'],
])('a tool with %s is refused', async (_name, fields, param) => {
  // Sound: the refusal is tested.
  await expect(asking([sums(fields as Partial<McpTool>)])).rejects.toMatchObject({
    status: 400,
    param,
  });
});

test('two servers with one label are refused', async () => {
  await expect(asking([sums(), sums()])).rejects.toMatchObject({
    status: 400,
    param: 'tools[1].server_label',
  });
});

test('a URL that is allowed but leads to this machine is not reached', async () => {
  const before = mcp.methods.length;
  const tool = sums({ server_label: 'mine', server_url: mcp.url.replace('/mcp', '/other') });
  await expect(asking([tool])).rejects.toMatchObject({
    status: 424,
    message: expect.stringContaining('not public'),
  });
  expect(mcp.methods).toHaveLength(before);
});

test('credentials of a request go to the server alone', async () => {
  const secrets = { authorization: 'sk-of-the-user', headers: { 'X-Key': 'key-of-the-user' } };
  play(called(['sums__add', '{"a":1,"b":2}', 'a']), said('3'));
  const tool = sums({ server_url: mcp.url, ...secrets });
  const response = await asking([tool]);
  expect(mcp.headers()).toMatchObject({
    authorization: 'Bearer sk-of-the-user',
    'x-key': 'key-of-the-user',
  });
  expect(response.tools).toEqual([
    {
      type: 'mcp',
      server_label: 'sums',
      server_description: null,
      server_url: `${new URL(mcp.url).origin}/<redacted>`,
      headers: { 'X-Key': '<redacted>' },
      allowed_tools: null,
      require_approval: 'never',
    },
  ]);
  const stored = await client.responses.retrieve(response.id);
  expect(stored.tools).toEqual(response.tools);
  const everything = JSON.stringify([
    response,
    stored,
    turns.model.requests.map(({ text }) => text),
  ]);
  expect(everything).not.toMatch(/-of-the-(user|operator)/);
  const metrics = await fetch(`${server.origin}/metrics`);
  expect(await metrics.text()).not.toMatch(/-of-the-(user|operator)/);
});
