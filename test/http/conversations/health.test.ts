import type OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { itemsOf } from '../../support/turns.ts';

const server = await startServer();
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

interface Finding {
  readonly rule: string;
  readonly item_id: string;
  readonly call_id: string | null;
  readonly fix: string;
  readonly message: string;
}

interface Health {
  readonly object: string;
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
  readonly items: number;
  readonly truncated: boolean;
}

interface Repair extends Omit<Health, 'healthy'> {
  readonly dry_run: boolean;
  readonly deleted: readonly string[];
}

const call = { type: 'function_call', call_id: 'call_a', name: 'look', arguments: '{}' } as const;
const output = { type: 'function_call_output', call_id: 'call_x', output: 'secret words' } as const;
const hello = { role: 'user', content: 'secret words' } as const;

async function conversationOf(...items: OpenAI.Responses.ResponseInputItem[]): Promise<string> {
  return (await client.conversations.create({ items })).id;
}

function health(id: string, query = ''): Promise<Health> {
  return client.get(`/conversations/${id}/health${query}`);
}

function repair(id: string, body?: object): Promise<Repair> {
  return client.post(`/conversations/${id}/repair`, body === undefined ? {} : { body });
}

test('a conversation that models take as it is is healthy', async () => {
  const id = await conversationOf(hello, call, { ...output, call_id: 'call_a' });
  expect(await health(id)).toEqual({
    object: 'conversation.health',
    healthy: true,
    findings: [],
    items: 3,
    truncated: false,
  });
  const { id: empty } = await client.conversations.create();
  expect(await health(empty)).toMatchObject({ healthy: true, items: 0 });
});

test('findings name the rule, the item and the repair, and no content', async () => {
  const id = await conversationOf(hello, call, hello, output);
  const [, stored, , orphan] = await itemsOf(client, id);
  const found = await health(id);
  expect(found).toMatchObject({ healthy: false, items: 4 });
  expect(found.findings).toEqual([
    {
      rule: 'call_without_output',
      item_id: stored?.id,
      call_id: 'call_a',
      fix: 'insert',
      message: 'The call call_a has no output.',
    },
    {
      rule: 'output_without_call',
      item_id: orphan?.id,
      call_id: 'call_x',
      fix: 'drop',
      message: 'The call call_x of the output is missing.',
    },
  ]);
  expect(JSON.stringify(found)).not.toContain('secret');
  const fixes = async (openCalls: string) =>
    (await health(id, `?open_calls=${openCalls}`)).findings.map(({ fix }) => fix);
  expect(await fixes('drop')).toEqual(['drop', 'drop']);
  expect(await fixes('keep')).toEqual(['none', 'drop']);
});

test('calls at the end, whose outputs may still come, are no finding', async () => {
  expect(await health(await conversationOf(hello, call))).toMatchObject({ healthy: true });
});

test('a repair deletes what models are never shown, and leaves the rest in its order', async () => {
  const id = await conversationOf(hello, call, hello, output, hello);
  const before = await itemsOf(client, id);
  const result = await repair(id);
  const orphan = before[3]?.id ?? '';
  expect(result).toMatchObject({
    object: 'conversation.repair',
    dry_run: false,
    deleted: [orphan],
    items: 5,
    truncated: false,
  });
  expect(result.findings).toHaveLength(2);
  expect(await itemsOf(client, id)).toEqual(before.toSpliced(3, 1));
  // The call gets an output for models alone: nothing is inserted in the store.
  expect(await health(id)).toMatchObject({ healthy: false, findings: [{ fix: 'insert' }] });
  expect(await repair(id, { open_calls: 'drop' })).toMatchObject({ deleted: [before[1]?.id] });
  expect(await health(id)).toMatchObject({ healthy: true, items: 3 });
  expect(await repair(id)).toMatchObject({ deleted: [], findings: [] });
});

test('a dry run deletes nothing, and rules choose what is repaired', async () => {
  const id = await conversationOf(hello, call, hello, output);
  const before = await itemsOf(client, id);
  const [, stored, , orphan] = before.map((item) => item.id);
  const drop = { open_calls: 'drop' };
  expect(await repair(id, { ...drop, dry_run: true })).toMatchObject({
    dry_run: true,
    deleted: [stored, orphan],
  });
  expect(await itemsOf(client, id)).toEqual(before);
  expect(await repair(id, { ...drop, rules: [] })).toMatchObject({ deleted: [] });
  const rules = ['call_without_output'];
  expect(await repair(id, { ...drop, rules })).toMatchObject({ deleted: [stored] });
  expect(await health(id)).toMatchObject({ items: 3, findings: [{ item_id: orphan }] });
});

test('a long conversation is examined up to a bound, and the answer says so', async () => {
  const id = await conversationOf(output);
  const items = Array.from({ length: 1_000 }, () => hello);
  for (let batch = 0; batch < 10; batch += 1) {
    await client.conversations.items.create(id, { items });
  }
  await client.conversations.items.create(id, { items: [output] });
  const found = await health(id);
  expect(found).toMatchObject({ items: 10_000, truncated: true });
  expect(found.findings.map(({ rule }) => rule)).toEqual(['output_without_call']);
});

test('an absent conversation is neither examined nor repaired', async () => {
  await expect(health('conv_absent')).rejects.toMatchObject({ status: 404 });
  await expect(repair('conv_absent')).rejects.toMatchObject({ status: 404 });
});

test.each([
  [{ rules: ['no_such_rule'] }, 'rules[0]'],
  [{ rules: 'all' }, 'rules'],
  [{ dry_run: 'yes' }, 'dry_run'],
  [{ open_calls: 'close' }, 'open_calls'],
  [{ rule: [] }, 'rule'],
])('the repair %j is refused', async (body, param) => {
  const id = await conversationOf(hello, output);
  await expect(repair(id, body)).rejects.toMatchObject({ status: 400, param });
  expect(await itemsOf(client, id)).toHaveLength(2);
});

test('an unknown treatment of open calls is refused', async () => {
  const id = await conversationOf(hello);
  await expect(health(id, '?open_calls=close')).rejects.toMatchObject({
    status: 400,
    param: 'open_calls',
  });
});
