import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { ITEM_SAMPLES } from '../support/item-samples.ts';
import { startProxy } from '../support/proxy.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SCRIPT = fileURLToPath(new URL('../../examples/move-conversations.ts', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly moved: readonly (readonly string[])[];
  readonly errors: string;
}

/** Runs the script as a process of its own, with the ids of these conversations as its input. */
async function move(
  from: string,
  to: string,
  ids: readonly string[],
  ...flags: readonly string[]
): Promise<Run> {
  const child = spawn(process.execPath, [SCRIPT, from, to, ...flags], {
    env: { PATH: process.env['PATH'] },
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.end(ids.join('\n'));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const moved = output
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return { code, moved, errors };
}

async function itemsOf({ client }: TestServer, id: string): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  const include: OpenAI.Responses.ResponseIncludable[] = [
    'reasoning.encrypted_content',
    'code_interpreter_call.outputs',
  ];
  for await (const item of client.conversations.items.list(id, { order: 'asc', include })) {
    items.push(item);
  }
  return items;
}

async function conversationsOf({ client }: TestServer): Promise<readonly { id: string }[]> {
  return (await client.get<{ data: { id: string }[] }>('/conversations')).data;
}

/** Items with fields that a list contains only with `include`. */
const PARTLY_HIDDEN: readonly object[] = [
  { type: 'reasoning', id: 'rs_hidden', summary: [], encrypted_content: 'b3BhcXVl' },
  {
    type: 'code_interpreter_call',
    id: 'ci_hidden',
    status: 'completed',
    container_id: 'cntr_1',
    code: 'print(1)',
    outputs: [{ type: 'logs', logs: '1' }],
  },
];

/** Creates a conversation with an item of each type, then more messages than a page has. */
async function longConversation({ client }: TestServer): Promise<string> {
  const { id } = await client.conversations.create({ metadata: { topic: 'moving' } });
  const samples = ITEM_SAMPLES.map(({ type, prefix, sent }, index) => ({
    type,
    ...sent,
    id: `${prefix}_${index}`,
  }));
  const messages = Array.from({ length: 110 }, (_, index) => ({
    role: 'user',
    content: `message ${index}`,
  }));
  const all = [...samples, ...PARTLY_HIDDEN, ...messages];
  for (let start = 0; start < all.length; start += 20) {
    const items = all.slice(start, start + 20) as OpenAI.Responses.ResponseInputItem[];
    await client.conversations.items.create(id, { items });
  }
  return id;
}

test('the script copies items of all types in order, and a second run adds only new items', async () => {
  await using source = await startServer();
  await using target = await startServer();
  const long = await longConversation(source);
  const { id: empty } = await source.client.conversations.create();
  const first = await move(source.url, target.url, [long, '', empty, 'conv_gone']);
  expect(first).toMatchObject({
    code: 1,
    moved: [
      [long, expect.stringMatching(/^conv_/)],
      [empty, expect.stringMatching(/^conv_/)],
    ],
    errors: expect.stringMatching(/^conv_gone is not copied: 404 /),
  });
  const copyId = first.moved[0]?.[1] ?? '';
  expect(await itemsOf(target, copyId)).toEqual(await itemsOf(source, long));
  const copy = await target.client.conversations.retrieve(copyId);
  expect(copy.metadata).toEqual({ topic: 'moving', copied_from: long });

  await source.client.conversations.items.create(empty, {
    items: [{ role: 'user', content: 'later' }],
  });
  const second = await move(source.url, target.url, [long, empty]);
  expect(second).toEqual({ code: 0, moved: first.moved, errors: '' });
  expect(await conversationsOf(target)).toHaveLength(2);
  expect(await itemsOf(target, copyId)).toEqual(await itemsOf(source, long));
  expect(await itemsOf(target, first.moved[1]?.[1] ?? '')).toHaveLength(1);
});

test.each([
  ['before', 'POST /v1/conversations/'],
  ['after', 'POST /v1/conversations/'],
  ['after', 'POST /v1/conversations HTTP'],
] as const)(
  'a run whose connection breaks %s "%s" is completed by the next run',
  async (how, marker) => {
    await using source = await startServer();
    await using target = await startServer();
    const long = await longConversation(source);
    await using proxy = await startProxy(Number(new URL(target.url).port));
    proxy.cut(how, marker);
    const broken = await move(source.url, `http://127.0.0.1:${proxy.port}/v1`, [long]);
    expect(broken).toMatchObject({ code: 1, errors: expect.stringContaining('Run this again') });
    const { code, moved } = await move(source.url, target.url, [long]);
    expect(code).toBe(0);
    expect(await conversationsOf(target)).toHaveLength(1);
    expect(await itemsOf(target, moved[0]?.[1] ?? '')).toEqual(await itemsOf(source, long));
  },
);

test('a copy that has other items is not changed', async () => {
  await using source = await startServer();
  await using target = await startServer();
  const long = await longConversation(source);
  const [[, copyId = ''] = []] = (await move(source.url, target.url, [long])).moved;
  const items: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'new here' }];
  await target.client.conversations.items.create(copyId, { items });
  const again = await move(source.url, target.url, [long]);
  expect(again).toMatchObject({ code: 1, errors: expect.stringContaining('has other items') });
});

function callOrMessage(id: string): object {
  return id.startsWith('item')
    ? { id, type: 'function_call', call_id: id, name: 'f', arguments: '{}', status: null }
    : { id, type: 'message', role: 'user', content: id };
}

/** Starts a server of the same API that lists items with these ids, by order, and never has a second page. */
async function startUnreliable(
  asc: readonly string[],
  desc: readonly string[],
  toItem = callOrMessage,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const ids = searchParams.get('order') === 'asc' ? asc : desc;
    const body = pathname.endsWith('/items')
      ? {
          object: 'list',
          data: ids.slice(0, Number(searchParams.get('limit'))).map(toItem),
          has_more: false,
        }
      : { id: 'conv_1', object: 'conversation', created_at: 1, metadata: {} };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

test.each([
  ['in another order', ['msg_1', 'msg_3', 'msg_2'], ['msg_3', 'msg_2', 'msg_1']],
  ['without one of them', ['msg_1', 'msg_3'], ['msg_3', 'msg_2', 'msg_1']],
  ['with one twice', ['msg_1', 'msg_2', 'msg_2'], ['msg_2', 'msg_1']],
])('a source that lists its items %s is copied only with --as-listed', async (_, asc, desc) => {
  await using source = await startUnreliable(asc, desc);
  await using target = await startServer();
  const refused = await move(source.url, target.url, ['conv_1']);
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('--as-listed') });
  expect(await conversationsOf(target)).toHaveLength(0);
  const { code, moved } = await move(source.url, target.url, ['conv_1'], '--as-listed');
  expect(code).toBe(0);
  const rest = desc.toReversed().filter((id) => !asc.includes(id));
  const items = await itemsOf(target, moved[0]?.[1] ?? '');
  const ids = items.map((item) => (item as { id: string }).id);
  expect(ids).toEqual([...new Set([...asc, ...rest])]);
});

test('the items of a source that never has a second page are copied with a larger page', async () => {
  const ids = Array.from({ length: 130 }, (_, index) => `msg_${index}`);
  await using source = await startUnreliable(ids, ids.toReversed());
  await using target = await startServer();
  expect(await move(source.url, target.url, ['conv_1'])).toMatchObject({ code: 1 });
  const { code, moved } = await move(source.url, target.url, ['conv_1'], '--page-size=1000');
  expect(code).toBe(0);
  expect(await itemsOf(target, moved[0]?.[1] ?? '')).toHaveLength(130);
});

test('ids that a strict target refuses are renamed with --rename-ids, in every run alike', async () => {
  const ids = ['msg_1', 'item_2', 'msg_3'];
  await using source = await startUnreliable(ids, ids.toReversed());
  await using target = await startServer('--strict');
  const refused = await move(source.url, target.url, ['conv_1']);
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining("begins with 'fc'") });
  const first = await move(source.url, target.url, ['conv_1'], '--rename-ids');
  expect(await move(source.url, target.url, ['conv_1'], '--rename-ids')).toEqual(first);
  expect(await itemsOf(target, first.moved[0]?.[1] ?? '')).toMatchObject([
    { id: 'msg_1' },
    { id: 'fc_item_2', call_id: 'item_2' },
    { id: 'msg_3' },
  ]);
});

test('exactly the ids of types with an enforced prefix are renamed', async () => {
  const samples = new Map(ITEM_SAMPLES.map((sample) => [`item_${sample.type}`, sample]));
  const ids = [...samples.keys()];
  await using source = await startUnreliable(ids, ids.toReversed(), (id) => {
    const { type, sent } = samples.get(id) ?? {};
    return { type, ...sent, id };
  });
  await using target = await startServer('--strict');
  const { moved, errors } = await move(source.url, target.url, ['conv_1'], '--rename-ids');
  const advice =
    'PREFIXES of examples/move-conversations.ts must list exactly the item types with an enforced prefix';
  expect(errors, advice).toBe('');
  const items = (await itemsOf(target, moved[0]?.[1] ?? '')) as readonly { readonly id: string }[];
  const expected = [...samples].map(([id, { prefix, prefixEnforced }]) =>
    prefixEnforced ? `${prefix}_${id}` : id,
  );
  expect(
    items.map(({ id }) => id),
    advice,
  ).toEqual(expected);
});
