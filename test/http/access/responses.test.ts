import { afterAll, expect, test } from 'vitest';
import {
  createConversation,
  keysWithPolicy,
  pathOf,
  startAccessServer,
  type Answer,
} from '../../support/access.ts';
import { answered, said } from '../../support/chat-answers.ts';
import { chunk, DONE, startModelServer, streamed } from '../../support/model-server.ts';
import { MODEL, sentTo, spoken } from '../../support/turns.ts';

const RESPONSES = '/v1/responses';

const stack = new AsyncDisposableStack();
const model = stack.use(await startModelServer(said('hi')));
/** Members of a team read what the others of the team own, and only writers create. */
const teams = stack.use(
  await startAccessServer(
    keysWithPolicy(
      '{ forbid: { actions: [create] }, unless: user with writer in roles }',
      '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
      '{ permit: { actions: [read] }, when: user in owners teams }',
    ),
    '--model-url',
    model.url,
  ),
);
afterAll(() => stack.disposeAsync());

const team = ['--team', 'core'];
const owner = await teams.key('ann', ...team, '--role', 'writer');
const writer = await teams.key('wim', ...team, '--role', 'writer');
const reader = await teams.key('rea', ...team);
const stranger = await teams.key('sam', '--role', 'writer');
const foreigner = await teams.key('ann', '--tenant', 'other', ...team, '--role', 'writer');

function respond(token: string, body: object, headers = {}): Promise<Answer> {
  return teams.call(token, 'POST', RESPONSES, { model: MODEL, input: 'x', ...body }, headers);
}

/** Creates a conversation of the owner with a response in it. */
async function owned(): Promise<{ readonly conversation: string; readonly response: string }> {
  const conversation = await createConversation(teams, owner);
  const { status, body } = await respond(owner, { conversation, input: 'secret' });
  expect(status).toBe(200);
  return { conversation, response: body.id };
}

async function countItems(conversation: string): Promise<number> {
  const { body } = await teams.call(owner, 'GET', `${pathOf(conversation)}/items`);
  return body.data.length;
}

test('a response in a conversation needs the rights to read and to change it', async () => {
  const { conversation } = await owned();
  for (const token of [reader, writer, stranger, foreigner]) {
    const refused = await respond(token, { conversation });
    expect(refused.status).toBe(404);
    expect(refused.body.error.message).toBe(`Conversation with id '${conversation}' not found.`);
  }
  expect(await countItems(conversation)).toBe(2);
});

test('a response that is not stored needs the right to read its conversation alone', async () => {
  const { conversation } = await owned();
  expect((await respond(writer, { conversation, store: false })).status).toBe(200);
  expect(spoken(sentTo(model)).map(([, content]) => content)).toEqual(['secret', 'hi', 'x']);
  expect((await respond(stranger, { conversation, store: false })).status).toBe(404);
  expect(await countItems(conversation)).toBe(2);
});

test('a response without a conversation needs the right to create', async () => {
  const refused = await respond(reader, {});
  expect(refused.status).toBe(403);
  expect(refused.body.error.code).toBe('access_denied');
  const requests = model.requests.length;
  expect((await respond(writer, {})).status).toBe(200);
  expect(model.requests).toHaveLength(requests + 1);
});

test('a response of a colleague is read and continued as a branch, and not deleted', async () => {
  const { conversation, response } = await owned();
  const path = `${RESPONSES}/${response}`;
  expect((await teams.call(writer, 'GET', path)).status).toBe(200);
  expect((await teams.call(writer, 'GET', `${path}/input_items`)).status).toBe(200);
  expect((await teams.call(writer, 'DELETE', path)).status).toBe(404);
  const branch = await respond(writer, { previous_response_id: response });
  expect(branch.status).toBe(200);
  expect(spoken(sentTo(model)).map(([, content]) => content)).toEqual(['secret', 'hi', 'x']);
  expect(await countItems(conversation)).toBe(2);
  // The branch is its maker's, whose team reads it.
  const own = `${RESPONSES}/${branch.body.id}`;
  expect((await teams.call(owner, 'GET', own)).status).toBe(200);
  expect((await teams.call(owner, 'DELETE', own)).status).toBe(404);
  expect((await teams.call(stranger, 'GET', own)).status).toBe(404);
  expect((await teams.call(writer, 'DELETE', own)).status).toBe(200);
  expect((await respond(reader, { previous_response_id: response })).status).toBe(403);
});

test('a colleague’s response without a conversation is continued as a branch', async () => {
  const { body: first } = await respond(owner, { input: 'secret' });
  const branch = await respond(writer, { previous_response_id: first.id });
  const next = await respond(owner, { previous_response_id: first.id, input: 'y' });
  expect([branch.status, next.status]).toEqual([200, 200]);
  expect(spoken(sentTo(model)).map(([, content]) => content)).toEqual(['secret', 'hi', 'y']);
});

test('a conversation that is busy is not known to a stranger', async () => {
  const conversation = await createConversation(teams, owner);
  const { promise, resolve } = Promise.withResolvers<void>();
  model.play(
    streamed(chunk({ content: 'a' }), { kind: 'until', promise }, chunk({}, 'stop'), DONE),
    said('hi'),
  );
  const requests = model.requests.length;
  const running = respond(owner, { conversation });
  await expect.poll(() => model.requests.length).toBe(requests + 1);
  const headers = { 'x-colloquy-when-busy': 'reject' };
  expect((await respond(owner, { conversation }, headers)).status).toBe(400);
  for (const token of [stranger, foreigner, writer]) {
    const asked = await respond(token, { conversation }, headers);
    expect(asked.status).toBe(404);
    expect((await respond(token, { conversation })).status).toBe(404);
  }
  resolve();
  expect((await running).status).toBe(200);
});

test('an item of another caller is no cursor, and its id is free for an item of one’s own', async () => {
  const { conversation } = await owned();
  const { body } = await teams.call(owner, 'GET', `${pathOf(conversation)}/items?order=asc`);
  const item = body.data[0]?.id ?? '';
  for (const token of [stranger, foreigner]) {
    const input = [{ type: 'message', id: item, role: 'user', content: 'my own words' }];
    const mine = await respond(token, { input });
    expect(mine.status).toBe(200);
    expect(spoken(sentTo(model))).toEqual([['user', 'my own words']]);
    const other = await respond(token, {});
    const path = `${RESPONSES}/${other.body.id}/input_items`;
    const page = await teams.call(token, 'GET', `${path}?after=${item}`);
    const absent = await teams.call(token, 'GET', `${path}?after=msg_absent`);
    expect(page.status).toBe(404);
    expect(page.body.error.message.replace(item, 'msg_absent')).toBe(absent.body.error.message);
  }
  const { body: after } = await teams.call(owner, 'GET', `${pathOf(conversation)}/items?order=asc`);
  expect(after.data).toEqual(body.data);
});

test('sealed reasoning opens for its own tenant alone', async () => {
  model.play(answered([{ reasoning_content: 'secret thought' }, { content: 'hi' }]), said('hi'));
  const include = ['reasoning.encrypted_content'];
  const { body } = await respond(owner, { include });
  const [reasoning] = body.output;
  const sealed =
    reasoning !== undefined && 'encrypted_content' in reasoning
      ? String(reasoning.encrypted_content)
      : '';
  expect(sealed).not.toBe('');
  const input = [
    { role: 'user', content: 'x' },
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed },
    { role: 'assistant', content: 'y' },
  ];
  const request = { input, reasoning: { context: 'all_turns' } };
  const own = await respond(owner, request);
  expect(own.headers.get('x-colloquy-repairs')).toBeNull();
  expect(JSON.stringify(sentTo(model))).toContain('secret thought');
  const foreign = await respond(foreigner, request);
  expect(foreign.headers.get('x-colloquy-repairs')).toBe('foreign_reasoning=1');
  expect(JSON.stringify(sentTo(model))).not.toContain('secret thought');
});
