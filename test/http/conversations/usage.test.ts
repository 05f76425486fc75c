import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, DONE, streamed } from '../../support/model-server.ts';
import { MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, server } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

type Sum = Readonly<Record<string, unknown>>;

async function usage(
  query = '',
): Promise<{ data: readonly Sum[]; has_more: boolean; last_id: string }> {
  const { status, body } = await server.request(`/v1/conversations/usage?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  // Sound: the answer was checked against the document.
  return body as { data: readonly Sum[]; has_more: boolean; last_id: string };
}

/** The tokens of one scripted answer. */
const ONE = {
  input_tokens: 24,
  input_cached_tokens: 8,
  output_tokens: 5,
  output_reasoning_tokens: 2,
};
const times = (count: number) =>
  Object.fromEntries(Object.entries(ONE).map(([name, tokens]) => [name, tokens * count]));

test('sums count conversations, and the tokens of all responses that are stored', async () => {
  expect((await usage()).data).toEqual([]);
  play(said('x'));
  const first = await client.conversations.create({ metadata: { project: 'a' } });
  const second = await client.conversations.create();
  const ask = (more: object) => client.responses.create({ model: MODEL, input: 'x', ...more });
  const deleted = await ask({ conversation: first.id });
  await ask({ conversation: first.id });
  await ask({ conversation: second.id });
  const lone = await ask({});
  await ask({ previous_response_id: lone.id });
  await ask({ store: false });
  play(streamed(chunk({ content: 'uncounted' }, 'stop'), DONE));
  await ask({ conversation: second.id });
  const [own] = (await usage('group_by=owner')).data;
  expect(own).toMatchObject({ owner: 'anonymous', conversations: 2, responses: 6, ...times(5) });
  await client.responses.delete(deleted.id);
  expect((await usage()).data).toMatchObject([{ responses: 5, ...times(4) }]);
  const filtered = await usage('group_by=conversation&metadata[project]=a');
  expect(filtered.data).toMatchObject([
    {
      object: 'conversation.usage',
      conversation: first.id,
      conversations: 1,
      responses: 1,
      ...ONE,
    },
  ]);
  const today = new Date().toISOString().slice(0, 10);
  const days = await usage('group_by=day');
  expect(days.data.reduce((sum, { responses }) => sum + Number(responses), 0)).toBe(5);
  expect(days.data.map(({ day }) => day)).toContain(today);
});

test('sums by conversation have pages, the newest conversation first, and no hidden ones', async () => {
  const { id: third } = await client.conversations.create();
  const page = await usage('group_by=conversation&limit=2');
  expect(page).toMatchObject({ has_more: true, data: [{ conversation: third }, {}] });
  const rest = await usage(`group_by=conversation&limit=2&after=${page.last_id}`);
  expect(rest).toMatchObject({ has_more: false, data: [{}] });
});

test('a day that is none is refused, and groups after the last one are empty', async () => {
  for (const bad of ['yesterday', '2026-02-31x', '2026-13-01']) {
    const path = `/v1/conversations/usage?group_by=day&after=${bad}`;
    expect((await server.request(path)).status, bad).toBe(400);
  }
  expect((await usage('group_by=day&after=1970-01-01')).data).toEqual([]);
  expect((await usage('group_by=owner&after=z')).data).toEqual([]);
  expect((await server.request('/v1/conversations/usage?group_by=month')).status).toBe(400);
});
