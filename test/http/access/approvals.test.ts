import { afterAll, expect, test } from 'vitest';
import { keysWithPolicy, startAccessServer, type Answer } from '../../support/access.ts';
import { called, said } from '../../support/chat-answers.ts';
import { startMcpServer } from '../../support/mcp-server.ts';
import { startModelServer } from '../../support/model-server.ts';
import { sums } from '../../support/tool-turns.ts';
import { MODEL } from '../../support/turns.ts';

const stack = new AsyncDisposableStack();
const mcp = stack.use(await startMcpServer());
const model = stack.use(await startModelServer());
const policy = keysWithPolicy(
  '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
  '{ permit: { actions: [read] }, when: user in owners teams }',
);
const teams = stack.use(
  await startAccessServer(
    `${policy}mcp_servers: [{ label: sums, url: '${mcp.url}' }]\n`,
    '--model-url',
    model.url,
  ),
);
afterAll(() => stack.disposeAsync());

const owner = await teams.key('ann', '--team', 'core');
const OTHERS = [
  ['a colleague who may read', await teams.key('wim', '--team', 'core')],
  ['a stranger', await teams.key('sam')],
  [
    'the same name in another tenant',
    await teams.key('ann', '--tenant', 'other', '--team', 'core'),
  ],
] as const;

function respond(token: string, body: object): Promise<Answer> {
  const tools = [sums({ require_approval: 'always' })];
  return teams.call(token, 'POST', '/v1/responses', { model: MODEL, tools, ...body });
}

/** Has the model of the owner call a tool that needs an approval. */
async function askedOfOwner() {
  model.play(called(['sums__add', '{"a":2,"b":3}', 'call_a']), said('5'));
  const { body: asked } = await respond(owner, { input: 'sum?' });
  const request = asked.output.find(({ id }) => id.startsWith('mcpr_'));
  const approval = {
    type: 'mcp_approval_response',
    approval_request_id: request?.id,
    approve: true,
  };
  return { asked, request, approval };
}

test.each(OTHERS)(
  'an approval by %s runs nothing, and the owner’s still counts',
  async (_name, other) => {
    const { asked, request, approval } = await askedOfOwner();
    const before = mcp.calls.length;
    for (const body of [
      { input: [request, approval] },
      { input: [approval], previous_response_id: asked.id },
    ]) {
      expect(await respond(other, body)).toMatchObject({ status: 400 });
    }
    expect(mcp.calls).toHaveLength(before);
    const own = await respond(owner, { input: [approval], previous_response_id: asked.id });
    expect(own).toMatchObject({
      status: 200,
      body: { output: [{ type: 'mcp_call', output: '5' }, {}] },
    });
    expect(mcp.calls).toHaveLength(before + 1);
  },
);

test('a colleague who may read approves nothing in a branch or with a copy of the request', async () => {
  const [, colleague] = OTHERS[0];
  const { asked, request, approval } = await askedOfOwner();
  const before = mcp.calls.length;
  model.play(said('hello'));
  const branch = await respond(colleague, { input: 'hello', previous_response_id: asked.id });
  expect(branch.status).toBe(200);
  const inBranch = { input: [approval], previous_response_id: branch.body.id };
  expect(await respond(colleague, inBranch)).toMatchObject({ status: 400 });
  const items = [{ type: 'item_reference', id: request?.id }];
  const copy = await teams.call(colleague, 'POST', '/v1/conversations', { items });
  expect(copy.status).toBe(200);
  const inCopy = { input: [approval], conversation: copy.body.id };
  expect(await respond(colleague, inCopy)).toMatchObject({ status: 400 });
  const inInput = { input: [items[0], approval] };
  expect(await respond(colleague, inInput)).toMatchObject({ status: 400 });
  expect(mcp.calls).toHaveLength(before);
});
