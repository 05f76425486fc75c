import { afterAll, expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { chunk, sse, streamed } from '../../support/model-server.ts';
import { itemsOf, MODEL, spoken, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, play, sent } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

/** Asks a question after a response, and has the model answer with the question in capitals. */
async function ask(question: string, previous?: string): Promise<string> {
  play(said(question.toUpperCase()));
  const { id } = await client.responses.create({
    model: MODEL,
    input: question,
    ...(previous !== undefined && { previous_response_id: previous }),
  });
  return id;
}

/** Returns the texts that the model was shown last. */
function shown(): readonly unknown[] {
  return spoken(sent()).map(([, content]) => content);
}

test('a chain shows the model the input and the output of all its responses', async () => {
  const a = await ask('a');
  const b = await ask('b', a);
  const c = await ask('c', b);
  expect(shown()).toEqual(['a', 'A', 'b', 'B', 'c']);
  const { data } = await client.responses.inputItems.list(c, { order: 'asc' });
  expect(data).toHaveLength(5);
  expect((await client.responses.retrieve(c)).previous_response_id).toBe(b);
});

test('branches of one response do not see each other', async () => {
  const a = await ask('a');
  const b = await ask('b', a);
  const c = await ask('c', a);
  const d = await ask('d', b);
  expect(shown()).toEqual(['a', 'A', 'b', 'B', 'd']);
  await ask('e', c);
  expect(shown()).toEqual(['a', 'A', 'c', 'C', 'e']);
  await ask('f', a);
  expect(shown()).toEqual(['a', 'A', 'f']);
  await ask('g', d);
  expect(shown()).toEqual(['a', 'A', 'b', 'B', 'd', 'D', 'g']);
});

test('continuations of one response at the same time are branches of it', async () => {
  const a = await ask('a');
  play(said('B'));
  const branches = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      client.responses.create({ model: MODEL, input: `b${index}`, previous_response_id: a }),
    ),
  );
  for (const [index, { id }] of branches.entries()) {
    await ask('c', id);
    expect(shown()).toEqual(['a', 'A', `b${index}`, 'B', 'c']);
  }
});

test('a deleted response cannot be continued, and those after it can', async () => {
  const a = await ask('a');
  const b = await ask('b', a);
  const c = await ask('c', b);
  await client.responses.delete(b);
  await expect(ask('d', b)).rejects.toMatchObject({
    status: 400,
    param: 'previous_response_id',
    code: 'previous_response_not_found',
    message: `400 Previous response with id '${b}' not found.`,
  });
  await ask('d', c);
  expect(shown()).toEqual(['a', 'A', 'b', 'B', 'c', 'C', 'd']);
  await client.responses.delete(c);
  await ask('e', a);
  expect(shown()).toEqual(['a', 'A', 'e']);
});

test('the items of a deleted response are gone once no other response shows them', async () => {
  const a = await ask('a');
  const b = await ask('b', a);
  const c = await ask('c', b);
  const items = await Promise.all(
    [a, b, c].map(async (id) => (await client.responses.retrieve(id)).output[0]?.id ?? ''),
  );
  const isThere = async (index: number): Promise<boolean> => {
    const input = [{ type: 'item_reference' as const, id: items[index] ?? '' }];
    const answer = client.responses.create({ model: MODEL, input, store: false });
    return answer.then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ status: 404, param: 'input' });
        return false;
      },
    );
  };
  await client.responses.delete(b);
  expect(await isThere(1), 'c shows the items of b').toBe(true);
  await client.responses.delete(c);
  expect([await isThere(0), await isThere(1), await isThere(2)]).toEqual([true, false, false]);
  await client.responses.delete(a);
  expect(await isThere(0)).toBe(false);
});

test('a branch stays whole when the response that it began from is deleted', async () => {
  const a = await ask('a');
  const b = await ask('b', a);
  const c = await ask('c', a);
  await client.responses.delete(a);
  await client.responses.delete(b);
  await ask('d', c);
  expect(shown()).toEqual(['a', 'A', 'c', 'C', 'd']);
});

test('a response of a conversation is continued outside of it, without what came later', async () => {
  const { id: conversation } = await client.conversations.create({
    items: [{ role: 'user', content: 'zero' }],
  });
  play(said('ONE'));
  const first = await client.responses.create({ model: MODEL, conversation, input: 'one' });
  await client.conversations.items.create(conversation, {
    items: [{ role: 'user', content: 'later' }],
  });
  const before = await itemsOf(client, conversation);
  const forked = await ask('two', first.id);
  expect(shown()).toEqual(['zero', 'one', 'ONE', 'two']);
  expect(await client.responses.retrieve(forked)).not.toHaveProperty('conversation');
  expect(await itemsOf(client, conversation)).toEqual(before);
  await ask('three', forked);
  expect(shown()).toEqual(['zero', 'one', 'ONE', 'two', 'TWO', 'three']);
  await client.conversations.delete(conversation);
  await ask('four', forked);
  expect(shown()).toEqual(['zero', 'one', 'ONE', 'two', 'TWO', 'four']);
});

test('a failed response is stored, and cannot be continued', async () => {
  const { id: conversation } = await client.conversations.create();
  play(streamed(chunk({ content: 'half' }), sse({ error: { message: 'out of memory' } })));
  const stream = client.responses.stream({ model: MODEL, conversation, input: 'x' });
  const failed = await stream.finalResponse();
  expect(failed.status).toBe('failed');
  expect(await client.responses.retrieve(failed.id)).toMatchObject({
    status: 'failed',
    error: { code: 'server_error' },
  });
  expect(await itemsOf(client, conversation)).toEqual([]);
  await expect(ask('y', failed.id)).rejects.toMatchObject({ code: 'previous_response_not_found' });
  // The failure of the model server is reported.
  expect(turns.server.failures.splice(0)).toHaveLength(1);
});

test('a response that was not stored continues a stored one, and is not continued itself', async () => {
  const a = await ask('a');
  play(said('B'));
  const loose = await client.responses.create({
    model: MODEL,
    input: 'b',
    previous_response_id: a,
    store: false,
  });
  expect(shown()).toEqual(['a', 'A', 'b']);
  expect(loose).toMatchObject({ store: false, previous_response_id: a });
  await expect(ask('c', loose.id)).rejects.toMatchObject({ code: 'previous_response_not_found' });
  await ask('c', a);
  expect(shown()).toEqual(['a', 'A', 'c']);
});

test('a chain of 60 responses shows the model all of it', async () => {
  let previous = await ask('q0');
  for (let round = 1; round < 60; round += 1) previous = await ask(`q${round}`, previous);
  expect(shown()).toHaveLength(119);
  expect(shown().slice(0, 3)).toEqual(['q0', 'Q0', 'q1']);
});

test('an incomplete response can be continued', async () => {
  play(streamed(chunk({ content: 'half' }, 'length')));
  const cut = await client.responses.create({ model: MODEL, input: 'tell' });
  expect(cut.status).toBe('incomplete');
  await ask('go on', cut.id);
  expect(shown()).toEqual(['tell', 'half', 'go on']);
});
