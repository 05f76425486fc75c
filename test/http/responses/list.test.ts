import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, server } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

interface List {
  readonly data: readonly { readonly id: string }[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

async function list(query: string): Promise<List> {
  const { status, body } = await server.request(`/v1/responses?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  // Sound: the answer was checked against the document.
  return body as List;
}

const idsOf = ({ data }: List) => data.map(({ id }) => id);

/** A conversation with so many responses; their ids are in the order of creation. */
async function talked(count: number) {
  const { id: conversation } = await client.conversations.create();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    play(said(`answer ${index}`));
    const response = await client.responses.create({ model: MODEL, input: 'x', conversation });
    ids.push(response.id);
  }
  return { conversation, ids };
}

test('the responses of a conversation are listed newest first, as they are served one by one', async () => {
  const { conversation, ids } = await talked(3);
  await client.responses.create({ model: MODEL, input: 'elsewhere' });
  const listed = await list(`conversation=${conversation}`);
  const served = await Promise.all(ids.toReversed().map((id) => client.responses.retrieve(id)));
  expect(listed.data).toEqual(
    served.map(({ output_text: _made, _request_id, ...response }) => response),
  );
  expect(listed).toMatchObject({ has_more: false, first_id: ids[2], last_id: ids[0] });
});

test('pages of responses follow and precede a response, in both orders', async () => {
  const { conversation, ids } = await talked(5);
  const of = `conversation=${conversation}`;
  const first = await list(`${of}&limit=2&order=asc`);
  expect([idsOf(first), first.has_more]).toEqual([ids.slice(0, 2), true]);
  const second = await list(`${of}&limit=2&order=asc&after=${first.last_id}`);
  expect([idsOf(second), second.has_more]).toEqual([ids.slice(2, 4), true]);
  const last = await list(`${of}&limit=2&order=asc&after=${second.last_id}`);
  expect([idsOf(last), last.has_more]).toEqual([ids.slice(4), false]);
  const back = await list(`${of}&limit=2&order=asc&before=${last.first_id}`);
  expect([idsOf(back), back.has_more]).toEqual([ids.slice(2, 4), true]);
  const newest = await list(`${of}&limit=2&before=${ids[1]}`);
  expect(idsOf(newest)).toEqual([ids[3], ids[2]]);
  expect(idsOf(await list(`${of}&after=${ids[0]}`))).toEqual([]);
});

test('a list of responses needs a conversation and a cursor that are there', async () => {
  const { conversation } = await talked(0);
  expect(idsOf(await list(`conversation=${conversation}`))).toEqual([]);
  const other = await talked(1);
  for (const [query, status] of [
    ['', 400],
    ['conversation=conv_absent', 404],
    [`conversation=${conversation}&after=${other.ids[0]}`, 404],
    [`conversation=${conversation}&before=resp_absent`, 404],
    [`conversation=${conversation}&before=a&after=b`, 400],
  ] as const) {
    expect((await server.request(`/v1/responses?${query}`)).status, query).toBe(status);
  }
});
