import OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { startCuttingRelay } from '../../support/cutting-relay.ts';
import { startServer } from '../../support/server.ts';
import { itemsOf } from '../../support/turns.ts';

const server = await startServer();
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

let keys = 0;
const keyed = () => ({ headers: { 'Idempotency-Key': `key-${(keys += 1)}` } });
const message = (content: string) => ({ type: 'message' as const, role: 'user' as const, content });
const REUSED = { status: 400, code: 'idempotency_key_reused', param: 'Idempotency-Key' };

async function isReplay(request: { asResponse(): Promise<Response> }): Promise<boolean> {
  return (await request.asResponse()).headers.get('idempotent-replayed') === 'true';
}

test('writes whose answers are lost are carried out once, for the official client that repeats them', async () => {
  await using relay = await startCuttingRelay(Number(new URL(server.url).port));
  const baseURL = `http://127.0.0.1:${relay.port}/v1`;
  const unlucky = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 2 });
  // The line of the documentation.
  Object.assign(unlucky, { idempotencyHeader: 'Idempotency-Key' });
  const before = await client.get<{ data: unknown[] }>('/conversations?limit=100');
  relay.cutAnswers(1);
  const { id } = await unlucky.conversations.create({ items: [message('first')] });
  const after = await client.get<{ data: unknown[] }>('/conversations?limit=100');
  expect(after.data.length).toBe(before.data.length + 1);
  relay.cutAnswers(2);
  const appended = await unlucky.conversations.items.create(id, { items: [message('yes')] });
  relay.cutAnswers(1);
  const updated = await unlucky.conversations.update(id, { metadata: { a: 'b' } });
  expect(relay.cuts, 'the relay must lose each answer').toBe(4);
  expect(updated.metadata).toEqual({ a: 'b' });
  const items = await itemsOf(client, id);
  expect(items).toHaveLength(2);
  expect(appended.data).toEqual(items.slice(1));
});

test('a repetition has the body of the first answer, and says what it is', async () => {
  const [creating, appending, updating] = [keyed(), keyed(), keyed()];
  const created = await client.conversations.create({ metadata: { a: 'b' } }, creating);
  expect(await client.conversations.create({ metadata: { a: 'b' } }, creating)).toEqual(created);
  const again = client.conversations.create({ metadata: { a: 'b' } }, creating);
  expect(await isReplay(again)).toBe(true);
  const items = { items: [message('one'), message('two')] };
  const first = client.conversations.items.create(created.id, items, appending);
  expect(await isReplay(first)).toBe(false);
  const second = await client.conversations.items.create(created.id, items, appending);
  expect(second).toEqual(await first);
  const update = () => client.conversations.update(created.id, { metadata: { c: 'd' } }, updating);
  expect(await isReplay(update())).toBe(false);
  expect(await isReplay(update())).toBe(true);
  expect(await update()).toEqual(await client.conversations.retrieve(created.id));
});

test('50 equal requests at once under one key store one item', async () => {
  const { id } = await client.conversations.create();
  const options = keyed();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      client.conversations.items.create(id, { items: [message('yes')] }, options),
    ),
  );
  expect(new Set(answers.map(({ first_id }) => first_id)).size).toBe(1);
  expect(await itemsOf(client, id)).toHaveLength(1);
});

test('a late repetition of an update does not undo a later one', async () => {
  const { id } = await client.conversations.create();
  const options = keyed();
  await client.conversations.update(id, { metadata: { n: 'first' } }, options);
  await client.conversations.update(id, { metadata: { n: 'second' } });
  const repeated = await client.conversations.update(id, { metadata: { n: 'first' } }, options);
  expect(repeated.metadata).toEqual({ n: 'second' });
});

test('a key of another body, path or operation is refused', async () => {
  const options = keyed();
  const { id } = await client.conversations.create();
  const { id: other } = await client.conversations.create();
  await client.conversations.items.create(id, { items: [message('x')] }, options);
  const { items } = client.conversations;
  await expect(items.create(id, { items: [message('y')] }, options)).rejects.toMatchObject(REUSED);
  await expect(items.create(other, { items: [message('x')] }, options)).rejects.toMatchObject(
    REUSED,
  );
  await expect(client.conversations.create({}, options)).rejects.toMatchObject(REUSED);
  await expect(client.conversations.update(id, { metadata: {} }, options)).rejects.toMatchObject(
    REUSED,
  );
});

test('what was deleted since is not stored again: its repetition is a 404', async () => {
  const [creating, appending, updating] = [keyed(), keyed(), keyed()];
  const { id } = await client.conversations.create({}, creating);
  const items = [message('gone'), message('kept')];
  const { data } = await client.conversations.items.create(id, { items }, appending);
  await client.conversations.update(id, { metadata: {} }, updating);
  const append = () => client.conversations.items.create(id, { items }, appending);
  const [gone, kept] = data;
  await client.conversations.items.delete(gone?.id ?? '', { conversation_id: id });
  expect((await append()).data).toEqual([kept]);
  await client.conversations.items.delete(kept?.id ?? '', { conversation_id: id });
  await expect(append()).rejects.toMatchObject({ status: 404 });
  await client.conversations.delete(id);
  await expect(append()).rejects.toMatchObject({ status: 404 });
  await expect(client.conversations.update(id, { metadata: {} }, updating)).rejects.toMatchObject({
    status: 404,
  });
  await expect(client.conversations.create({}, creating)).rejects.toMatchObject({ status: 404 });
});

test('a refusal is not kept', async () => {
  const options = keyed();
  const { items } = client.conversations;
  const body = { items: [message('x')] };
  await expect(items.create('conv_absent', body, options)).rejects.toMatchObject({ status: 404 });
  const { id } = await client.conversations.create();
  expect((await items.create(id, body, options)).data).toHaveLength(1);
});

test('a key has no meaning where nothing is made or changed', async () => {
  const options = keyed();
  const { id } = await client.conversations.create();
  await client.conversations.retrieve(id, options);
  const badly = { headers: { 'Idempotency-Key': 'two words' } };
  expect((await client.conversations.retrieve(id, badly)).id).toBe(id);
  expect((await client.conversations.delete(id, options)).deleted).toBe(true);
});
