import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { itemsOf } from '../../support/turns.ts';

const server = await startServer('--cors-origins', 'https://app.example');
const { client } = server;
afterAll(() => server[Symbol.asyncDispose]());

const said = (content: string) => ({ type: 'message' as const, role: 'user' as const, content });

interface Sent {
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request, and returns its status, its entity tag and the code of its error. */
async function send(path: string, { method = 'GET', body, headers = {} }: Sent = {}) {
  const response = await fetch(`${server.url}/conversations/${path}`, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // Sound: of an error, the fields are looked at one by one.
  const json = text === '' ? undefined : (JSON.parse(text) as { error?: { code: string } });
  const { headers: answered } = response;
  return {
    status: response.status,
    etag: answered.get('etag'),
    code: json?.error?.code,
    text,
    headers: answered,
  };
}

async function conversationOf(...texts: readonly string[]) {
  const { id } = await client.conversations.create({ items: texts.map(said) });
  const ids = (await itemsOf(client, id)).map((item) => item.id ?? '');
  return { id, ids };
}

test('the entity tag of a conversation changes with each change, and answers of changes have it', async () => {
  const { id, ids } = await conversationOf('one', 'two');
  expect(await send(id)).toMatchObject({ status: 200, etag: '"r0"' });
  const post = (path: string, body: object) => send(`${id}${path}`, { method: 'POST', body });
  expect(await post('', { metadata: { a: 'b' } })).toMatchObject({ status: 200, etag: '"r1"' });
  expect(await post('/items', { items: [said('three')] })).toMatchObject({ etag: '"r2"' });
  expect(await post('/rewind', { after: ids[1] })).toMatchObject({ etag: '"r3"' });
  expect(await post('/fork', {})).toMatchObject({ etag: '"r0"' });
  const deleted = await send(`${id}/items/${ids[1]}`, { method: 'DELETE' });
  expect(deleted).toMatchObject({ status: 200, etag: '"r4"' });
  expect(await send(id)).toMatchObject({ etag: '"r4"' });
  expect(await send(`${id}/items`)).toMatchObject({ status: 200, etag: null });
});

/** The writes that a tag protects, of a conversation that then has the revision 1. */
const WRITES: readonly (readonly [
  string,
  (id: string, item: string) => readonly [string, Sent],
])[] = [
  ['an update', (id) => [id, { method: 'POST', body: { metadata: { a: 'c' } } }]],
  ['an append', (id) => [`${id}/items`, { method: 'POST', body: { items: [said('x')] } }]],
  ['a rewind', (id, item) => [`${id}/rewind`, { method: 'POST', body: { before: item } }]],
  ['the deletion of an item', (id, item) => [`${id}/items/${item}`, { method: 'DELETE' }]],
  ['a deletion', (id) => [id, { method: 'DELETE' }]],
];

test.each(WRITES)('%s is carried out for its own revision alone', async (_name, write) => {
  const { id, ids } = await conversationOf('one');
  await client.conversations.update(id, { metadata: { a: 'b' } });
  const [path, sent] = write(id, ids[0] ?? '');
  const under = (tag: string) => send(path, { ...sent, headers: { 'if-match': tag } });
  for (const tag of ['"r0"', '"r2"', 'W/"r1"', '"r01"', '"1"', '"r1', '"other", "r0"', '"R1"']) {
    const expected =
      tag === '"r1'
        ? { status: 400, code: 'invalid_value' }
        : { status: 412, code: 'precondition_failed' };
    expect(await under(tag), tag).toMatchObject(expected);
  }
  expect(await send(id)).toMatchObject({ status: 200, etag: '"r1"' });
  expect(await under('W/"r1" , "r0",, "r1"')).toMatchObject({ status: 200 });
});

test.each(WRITES)('%s under any tag needs a conversation alone', async (_name, write) => {
  const { id, ids } = await conversationOf('one');
  const [path, sent] = write(id, ids[0] ?? '');
  const headers = { 'if-match': '*' };
  expect(await send(path, { ...sent, headers })).toMatchObject({ status: 200 });
  const [absent] = write('conv_none', 'msg_none');
  for (const tag of ['*', '"r0"']) {
    expect(await send(absent, { ...sent, headers: { 'if-match': tag } })).toMatchObject({
      status: 404,
    });
  }
});

test('one of 20 updates that were made of the same revision is carried out', async () => {
  const { id } = await conversationOf();
  const updates = Array.from({ length: 20 }, (_, index) =>
    send(id, {
      method: 'POST',
      body: { metadata: { by: String(index) } },
      headers: { 'if-match': '"r0"' },
    }),
  );
  const statuses = (await Promise.all(updates)).map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([
    200,
    ...Array.from({ length: 19 }, () => 412),
  ]);
});

test('a repetition under a key is answered whatever the revision is by then', async () => {
  const { id } = await conversationOf();
  const headers = { 'if-match': '"r0"', 'idempotency-key': 'conditional' };
  const append = () =>
    send(`${id}/items`, { method: 'POST', body: { items: [said('x')] }, headers });
  expect(await append()).toMatchObject({ status: 200, etag: '"r1"' });
  // The tag of what has changed since is not that of the items that are answered.
  expect(await append()).toMatchObject({ status: 200, etag: null });
  expect(await itemsOf(client, id)).toHaveLength(1);
  const refused = { 'if-match': '"r0"', 'idempotency-key': 'other' };
  const again = { method: 'POST', body: { items: [said('y')] }, headers: refused };
  expect(await send(`${id}/items`, again)).toMatchObject({ status: 412 });
  // A refusal keeps no key.
  const current = { ...again, headers: { ...refused, 'if-match': '"r1"' } };
  expect(await send(`${id}/items`, current)).toMatchObject({ status: 200 });
});

test('a reader that has the revision is answered 304 without a body', async () => {
  const { id } = await conversationOf('one');
  const read = (path: string, tag: string) => send(path, { headers: { 'if-none-match': tag } });
  for (const path of [id, `${id}/items`, `${id}/items?limit=1&order=asc`]) {
    for (const tag of ['"r0"', 'W/"r0"', '"x", W/"r0"', '*']) {
      const answer = await read(path, tag);
      expect(answer, tag).toMatchObject({ status: 304, etag: '"r0"', text: '' });
      expect(answer.headers.get('content-length')).toBeNull();
      expect(answer.headers.get('content-type')).toBeNull();
    }
    for (const tag of ['"r1"', '"0"', '""']) {
      expect(await read(path, tag), tag).toMatchObject({ status: 200, etag: '"r0"' });
    }
    for (const tag of ['r0', '"r0', '"x" "r0"', ',', '"x", *', `"x"${', '.repeat(200)}y`]) {
      expect(await read(path, tag), tag).toMatchObject({ status: 400, code: 'invalid_value' });
    }
    expect(await read(path, `"x"${' ,	'.repeat(200)}"r0",`)).toMatchObject({ status: 304 });
  }
  await client.conversations.items.create(id, { items: [said('two')] });
  for (const path of [id, `${id}/items`]) {
    expect(await read(path, '"r0"')).toMatchObject({ status: 200, etag: '"r1"' });
  }
  for (const path of ['conv_none', 'conv_none/items']) {
    expect(await read(path, '*')).toMatchObject({ status: 404 });
  }
});

test('a connection goes on after an answer without a body', async () => {
  const { id } = await conversationOf('one');
  for (let round = 0; round < 5; round += 1) {
    expect(await send(id, { headers: { 'if-none-match': '"r0"' } })).toMatchObject({ status: 304 });
    expect(await send(id)).toMatchObject({ status: 200 });
  }
});

test('pages of other origins may send and read the headers of conditions', async () => {
  const origin = 'https://app.example';
  const preflight = await fetch(`${server.url}/conversations/conv_x/rewind`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'if-match,if-none-match,idempotency-key',
    },
  });
  const allowed = preflight.headers.get('access-control-allow-headers')?.split(',');
  expect(allowed).toEqual(
    expect.arrayContaining(['if-match', 'if-none-match', 'x-colloquy-fingerprint']),
  );
  const { id } = await conversationOf('one');
  const { headers } = await send(id, { headers: { origin } });
  expect(headers.get('access-control-expose-headers')?.split(',')).toContain('etag');
});
