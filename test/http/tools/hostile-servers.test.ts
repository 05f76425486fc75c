import { afterAll, beforeEach, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import {
  HANG,
  raw,
  startHostileMcpServer,
  toolNamed,
  type Replies,
} from '../../support/hostile-mcp.ts';
import { startToolTurnServer, sums } from '../../support/tool-turns.ts';
import { eventsOf, itemsOf, MODEL } from '../../support/turns.ts';

const hostile = await startHostileMcpServer();
const turns = await startToolTurnServer(
  { servers: `  - { label: hostile, url: '${hostile.url}' }\n` },
  '--mcp-timeout',
  '1',
  '--mcp-max-answer-bytes',
  '3000000',
);
const { client, play, sent } = turns;
afterAll(async () => {
  await turns[Symbol.asyncDispose]();
  await hostile[Symbol.asyncDispose]();
});

const JSON_TYPE = { 'content-type': 'application/json' };
let caller = 0;

beforeEach(() => {
  hostile.reply({});
});

/** Makes a request whose connection is its own: headers of a request are no other request's. */
function request(replies: Replies) {
  hostile.reply(replies);
  caller += 1;
  const headers = { 'x-caller': String(caller) };
  return {
    model: MODEL,
    input: 'go',
    tools: [sums({ server_label: 'hostile', headers })],
  };
}

const bigSchema = { inputSchema: { type: 'object', description: 'x'.repeat(1_100_000) } };
const manyTools = Array.from({ length: 10_000 }, (_value, index) => toolNamed(`tool_${index}`));
const endless = { tools: [toolNamed('go')], nextCursor: 'again' };
let deep: object = {};
for (let depth = 0; depth < 5_000; depth += 1) deep = { properties: deep };

test.each<readonly [string, Replies, RegExp]>([
  ['does not answer', { initialize: HANG, 'server/discover': HANG }, /did not answer in time/],
  ['does not list its tools', { 'tools/list': HANG }, /did not answer in time/],
  ['sends HTML as JSON', { 'tools/list': raw('<html>', JSON_TYPE) }, /not valid JSON/],
  [
    'sends JSON as HTML',
    { 'tools/list': raw('{}', { 'content-type': 'text/html' }) },
    /content type/,
  ],
  [
    'refuses the credentials',
    { initialize: raw('no', {}, 401), 'server/discover': raw('no', {}, 401) },
    /status code: 401/,
  ],
  ['breaks off', { 'tools/list': (response) => void response.destroy() }, /connection/],
  [
    'lists a megabyte of schema',
    { 'tools/list': { result: { tools: [toolNamed('go', bigSchema)] } } },
    /more than 1048576 bytes/,
  ],
  ['lists 10,000 tools', { 'tools/list': { result: { tools: manyTools } } }, /more than 256 tools/],
  ['lists without end', { 'tools/list': { result: endless } }, /more than 64 pages/],
  [
    'sends more than is allowed',
    { 'tools/list': raw(' '.repeat(4_000_000), JSON_TYPE) },
    /longer answer than is allowed/,
  ],
  [
    'compresses what it sends',
    { 'tools/list': raw('x', { ...JSON_TYPE, 'content-encoding': 'gzip' }) },
    /compresses/,
  ],
  [
    'redirects to the metadata of a cloud',
    {
      initialize: raw('', { location: 'http://169.254.169.254/' }, 307),
      'server/discover': raw('', { location: 'http://169.254.169.254/' }, 307),
    },
    /307|redirect/,
  ],
  [
    'lists what are no tools',
    { 'tools/list': { result: { tools: 'none' } } },
    /MCP server: 'hostile'/,
  ],
])('a server that %s is answered 424, and reaches no model', async (_name, replies, reason) => {
  const before = turns.model.requests.length;
  for (const stream of [false, true] as const) {
    const made = client.responses.create({ ...request(replies), stream });
    await expect(made).rejects.toMatchObject({
      status: 424,
      type: 'external_connector_error',
      param: 'tools',
      message: expect.stringMatching(reason),
    });
  }
  expect(turns.model.requests).toHaveLength(before);
});

test('a deeply nested schema fails no more than its list', async () => {
  play(said('hello'));
  const made = client.responses.create(
    request({
      'tools/list': {
        result: { tools: [toolNamed('go', { inputSchema: { ...deep, type: 'object' } })] },
      },
    }),
  );
  const status = await made.then(
    () => 200,
    (error: { status?: number }) => error.status,
  );
  expect([200, 424]).toContain(status);
});

test.each<readonly [string, Replies, object]>([
  ['hangs', { 'tools/call': HANG }, { type: 'mcp_protocol_error', code: -32_001 }],
  [
    'breaks off',
    { 'tools/call': (response) => void response.destroy() },
    { type: 'mcp_protocol_error', code: -32_000 },
  ],
  [
    'answers 500',
    { 'tools/call': raw('trace of the server', {}, 500) },
    { type: 'http_error', code: 500, message: 'the server answered with status 500' },
  ],
  ['sends no JSON', { 'tools/call': raw('<html>', JSON_TYPE) }, { type: 'mcp_protocol_error' }],
  [
    'sends too much',
    { 'tools/call': raw(' '.repeat(4_000_000), JSON_TYPE) },
    { type: 'mcp_protocol_error', code: -32_002 },
  ],
  [
    'sends an error',
    {
      'tools/call': (response, { id }) =>
        void response.writeHead(200, JSON_TYPE).end(
          JSON.stringify({
            jsonrpc: '2.0',
            id,
            error: { code: -32_602, message: 'unknown tool' },
          }),
        ),
    },
    { type: 'mcp_protocol_error', code: -32_602 },
  ],
  [
    'sends the words of a lost connection',
    {
      'tools/call': (response, { id }) =>
        void response.writeHead(200, JSON_TYPE).end(
          JSON.stringify({
            jsonrpc: '2.0',
            id,
            error: { code: -32_603, message: 'Not connected' },
          }),
        ),
    },
    { type: 'mcp_protocol_error', code: -32_603, message: expect.stringMatching('Not connected') },
  ],
])(
  'a call that %s is an item and is made once, and the model goes on',
  async (_name, replies, error) => {
    const before = hostile.methods.length;
    play(called(['hostile__go', '{}', 'call_a']), said('I see.'));
    const { id: conversation } = await client.conversations.create();
    const { output, output_text: text } = await client.responses.create({
      ...request(replies),
      conversation,
    });
    expect(text).toBe('I see.');
    const methods = hostile.methods.slice(before);
    expect(methods.filter((method) => method === 'tools/call')).toHaveLength(1);
    expect(output[1]).toMatchObject({ type: 'mcp_call', status: 'failed', output: null, error });
    expect(String(sent().messages.at(-1)?.content)).toMatch(/^Error: /);
    expect(await itemsOf(client, conversation)).toHaveLength(4);
    expect(JSON.stringify(output)).not.toContain('trace of the server');
  },
);

test('names that servers of models refuse are sent in another form, and kept apart', async () => {
  const tools = ['a b', 'a_b', 'a.b', 'ä'.repeat(100)].map((name) => toolNamed(name));
  play(called(['hostile__a_b_2', '{}', 'call_a'], ['hostile__a_b', '{}', 'call_b']), said('ok'));
  const { output } = await client.responses.create(
    request({ 'tools/list': { result: { tools } } }),
  );
  expect(output).toMatchObject([
    { type: 'mcp_list_tools' },
    { type: 'mcp_call', name: 'a_b', status: 'completed' },
    { type: 'mcp_call', name: 'a b', status: 'completed' },
    { type: 'message' },
  ]);
  for (const tool of sent()['tools'] as { function: { name: string } }[]) {
    expect(tool.function.name).toMatch(/^[\w-]{1,64}$/);
  }
});

test('a stream with a failed call has the event of the failure', async () => {
  play(called(['hostile__go', '{}', 'call_a']), said('I see.'));
  const stream = await client.responses.create({
    ...request({ 'tools/call': raw('', {}, 500) }),
    stream: true,
  });
  const types = (await eventsOf(stream)).map(({ type }) => type);
  expect(types).toContain('response.mcp_call.failed');
  expect(types).not.toContain('response.mcp_call.completed');
  expect(types.at(-1)).toBe('response.completed');
});

test('a client that goes away stops the call, and nothing is stored', async () => {
  play(called(['hostile__go', '{}', 'call_a']));
  const { id: conversation } = await client.conversations.create();
  const stop = new AbortController();
  const stream = await client.responses.create(
    { ...request({ 'tools/call': HANG }), conversation, stream: true },
    { signal: stop.signal },
  );
  for await (const { type } of stream) {
    if (type === 'response.mcp_call.in_progress') stop.abort();
  }
  await expect.poll(async () => (await itemsOf(client, conversation)).length).toBe(0);
  play(said('free'));
  hostile.reply({});
  const next = await client.responses.create({ model: MODEL, conversation, input: 'still there?' });
  expect(next.output_text).toBe('free');
});

test('an approved call whose server does not connect can be made by the next approval, when the turn fails', async () => {
  const { tools: own, ...go } = request({});
  const tools = own.map((tool) => ({ ...tool, require_approval: 'always' as const }));
  play(called(['hostile__go', '{}', 'call_a']));
  const asked = await client.responses.create({ ...go, tools });
  const id = asked.output.find(({ type }) => type === 'mcp_approval_request')?.id ?? '';
  const approving = () =>
    client.responses.create({
      model: MODEL,
      previous_response_id: asked.id,
      tools,
      input: [{ type: 'mcp_approval_response', approval_request_id: id, approve: true }],
    });
  hostile.reply({ initialize: raw('no', {}, 503), 'server/discover': raw('no', {}, 503) });
  play({ status: 500, steps: ['{}'] });
  await expect(approving()).rejects.toMatchObject({ status: 500 });
  turns.server.failures.splice(0);
  hostile.reply({});
  play(said('ok'));
  expect((await approving()).output[0]).toMatchObject({ type: 'mcp_call', output: 'done' });
});

test('a session that the server has forgotten is begun anew', async () => {
  const shared = { model: MODEL, input: 'go', tools: [sums({ server_label: 'hostile' })] };
  play(called(['hostile__go', '{}', 'call_a']), said('ok'));
  await client.responses.create(shared);
  let isForgotten = true;
  hostile.reply({
    'tools/call': (response, { id }) => {
      response.writeHead(isForgotten ? 404 : 200, JSON_TYPE);
      isForgotten = false;
      const result = { content: [{ type: 'text', text: 'again' }] };
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    },
  });
  play(called(['hostile__go', '{}', 'call_a']), said('ok'));
  const { output } = await client.responses.create(shared);
  expect(output[1]).toMatchObject({ type: 'mcp_call', output: 'again' });
});
