/** Where servers of this kind have gone wrong. One test for each way. */

import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer, loadConfig, openStore } from '../../src/index.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Body {
  readonly id: string;
  readonly metadata: unknown;
  readonly data: readonly { readonly id: string; readonly content: readonly { text: string }[] }[];
  readonly has_more: boolean;
  readonly error: { readonly message: string; readonly code: string | null };
}

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<Body & { status: number }> {
  const answer = await server.request(`/v1/conversations${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { ...(answer.body as Body), status: answer.status };
}

const messages = (...texts: string[]) => texts.map((content) => ({ role: 'user', content }));
const create = async (...texts: string[]): Promise<string> =>
  (await call('POST', '', { items: messages(...texts) })).id;
const append = (id: string, ...texts: string[]) =>
  call('POST', `/${id}/items`, { items: messages(...texts) });
const texts = (list: Body): string[] => list.data.map(({ content }) => content[0]?.text ?? '');
const listed = async (id: string, query = 'order=asc&limit=100'): Promise<string[]> =>
  texts(await call('GET', `/${id}/items?${query}`));

describe('order and paging', () => {
  test('items of one second keep their order, also across batches and backwards', async () => {
    const id = await create('a', 'b', 'c');
    await append(id, 'd', 'e');
    await append(id, 'f');
    expect(await listed(id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await listed(id, 'order=desc')).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
  });

  test('walking one by one sees every item once', async () => {
    const all = 'abcdefghi'.split('');
    const id = await create(...all);
    const walked: string[] = [];
    let page = await call('GET', `/${id}/items?order=asc&limit=1`);
    for (;;) {
      walked.push(...texts(page));
      if (!page.has_more) break;
      page = await call('GET', `/${id}/items?order=asc&limit=1&after=${page.data[0]?.id}`);
    }
    expect(walked).toEqual(all);
  });

  test('has_more is known and not guessed from a full page; odd limits are refused', async () => {
    const id = await create('a', 'b');
    expect(await call('GET', `/${id}/items?limit=2`)).toMatchObject({ has_more: false });
    expect(await call('GET', `/${id}/items?limit=1`)).toMatchObject({ has_more: true });
    for (const limit of [0, -1, 100_000]) {
      expect((await call('GET', `/${id}/items?limit=${limit}`)).status).toBe(400);
    }
  });

  test('appends at the same time do not collide', async () => {
    const id = await create();
    const batches = Array.from({ length: 30 }, (_, index) => [`${index}a`, `${index}b`]);
    const answers = await Promise.all(batches.map((batch) => append(id, ...batch)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const all = await listed(id);
    expect(all).toHaveLength(60);
    for (const [first, second] of batches) {
      expect(all[all.indexOf(first ?? '') + 1]).toBe(second);
    }
  });

  test('a cursor of another conversation is as unknown as one that never was', async () => {
    const foreign = (await append(await create(), 'x')).data[0]?.id ?? '';
    const id = await create('a');
    const [known, unknown] = await Promise.all(
      [foreign, 'msg_never'].map((cursor) => call('GET', `/${id}/items?after=${cursor}`)),
    );
    expect(known?.status).toBe(404);
    expect(known?.error.message.replace(foreign, 'msg_never')).toBe(unknown?.error.message);
    expect(known?.error.message).not.toMatch(/table|items\.|select/i);
  });

  test('a deleted cursor is an error, not an empty page', async () => {
    const id = await create('a', 'b');
    const [first] = (await call('GET', `/${id}/items?order=asc`)).data;
    await call('DELETE', `/${id}/items/${first?.id}`);
    expect((await call('GET', `/${id}/items?order=asc&after=${first?.id}`)).status).toBe(404);
  });
});

describe('identity of items', () => {
  test('posting an item of A to B neither moves nor changes it in A', async () => {
    const a = await create('mine');
    const [item] = (await call('GET', `/${a}/items`)).data;
    const b = await create();
    await call('POST', `/${b}/items`, {
      items: [{ id: item?.id, role: 'user', content: 'stolen' }],
    });
    expect(await listed(a)).toEqual(['mine']);
    expect(await listed(b)).toEqual(['mine']);
  });

  test('a second append does not overwrite the first', async () => {
    const id = await create();
    await append(id, 'first');
    await append(id, 'second');
    expect(await listed(id)).toEqual(['first', 'second']);
  });

  test('a caller cannot name a conversation, taken or not', async () => {
    const id = await create();
    const { status, error } = await call('POST', '', { id, items: messages('x') });
    expect([status, error.code]).toEqual([400, 'unknown_parameter']);
    expect(await listed(id)).toEqual([]);
  });

  test('the same id twice in a batch is refused and nothing is stored', async () => {
    const id = await create();
    const twice = { id: 'msg_twice', role: 'user', content: 'x' };
    const { status, error } = await call('POST', `/${id}/items`, { items: [twice, twice] });
    expect([status, error.code]).toEqual([400, 'item_already_in_conversation']);
    expect(await listed(id)).toEqual([]);
  });
});

describe('atomicity and loss', () => {
  test('a batch whose last item is refused stores none of the others', async () => {
    const id = await create('a');
    const [item] = (await call('GET', `/${id}/items`)).data;
    const items = [
      ...messages(...'bcdefghijklmnopqrst'.split('')),
      { type: 'item_reference', id: item?.id },
    ];
    expect(items).toHaveLength(20);
    expect((await call('POST', `/${id}/items`, { items })).status).toBe(400);
    expect(await listed(id)).toEqual(['a']);
  });

  test('a deleted conversation leaves no item behind', async () => {
    const id = await create('private');
    const [item] = (await call('GET', `/${id}/items`)).data;
    await call('DELETE', `/${id}`);
    expect((await call('GET', `/${id}/items/${item?.id}`)).status).toBe(404);
    expect((await call('GET', `/${id}/items`)).status).toBe(404);
    const other = await create();
    const link = await call('POST', `/${other}/items`, { items: [{ id: item?.id }] });
    expect(link.status).toBe(404);
  });

  test('there is one copy: a deletion shows everywhere at once', async () => {
    const id = await create('a', 'b');
    const [item] = (await call('GET', `/${id}/items?order=asc`)).data;
    await call('DELETE', `/${id}/items/${item?.id}`);
    expect(await listed(id)).toEqual(['b']);
    expect((await call('GET', `/${id}/items/${item?.id}`)).status).toBe(404);
  });

  test('an append to a long conversation writes no more than one to a short', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('growth.db');
    const store = await openStore({ kind: 'sqlite', path, synchronous: 'full' });
    const everything = { kind: 'all' } as const;
    const conversation = {
      tenant: 't',
      conversationId: 'c',
      access: everything,
      readable: everything,
    };
    await store.conversations.create({
      ...conversation,
      owner: 'o',
      attributes: {},
      metadata: '{}',
      createdAt: 1,
      items: [],
    });
    let next = 0;
    const grow = async (count: number): Promise<void> => {
      const items = Array.from({ length: count }, () => {
        const id = `i${String((next += 1)).padStart(8, '0')}`;
        return { kind: 'minted', id, type: 'message', data: `"${'x'.repeat(100)}"` } as const;
      });
      await store.conversations.appendItems({ ...conversation, items, createdAt: 1 });
    };
    const written = async (): Promise<number> => {
      const before = statSync(`${path}-wal`).size;
      for (let n = 0; n < 10; n += 1) await grow(1);
      return statSync(`${path}-wal`).size - before;
    };
    await grow(10);
    const short = await written();
    for (let n = 0; n < 5; n += 1) await grow(100);
    const long = await written();
    await store.close();
    expect(short).toBeGreaterThan(0);
    expect(long).toBeLessThanOrEqual(short * 2);
  });
});

describe('fidelity', () => {
  test('fields that models add are not dropped', async () => {
    const id = await create();
    const item = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      encrypted_content: 'opaque',
      phase: 'final_answer',
      action: { next: [1] },
    };
    await call('POST', `/${id}/items`, { items: [item] });
    const page = await call('GET', `/${id}/items?include[]=reasoning.encrypted_content`);
    expect(page.data).toEqual([item]);
  });

  test('text becomes parts, and nothing is null that OpenAI shows as empty', async () => {
    const created = await call('POST', '', { items: null, metadata: null });
    expect(created.metadata).toEqual({});
    expect(created).not.toHaveProperty('items');
    const { data } = await append(created.id, 'x');
    expect(data[0]?.content).toEqual([{ type: 'input_text', text: 'x' }]);
  });

  test('include is not accepted and then ignored', async () => {
    const id = await create();
    const item = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'e' };
    await call('POST', `/${id}/items`, { items: [item] });
    expect((await call('GET', `/${id}/items/rs_2`)).status).toBe(200);
    expect(await call('GET', `/${id}/items/rs_2`)).not.toHaveProperty('encrypted_content');
    const whole = await call('GET', `/${id}/items/rs_2?include[]=reasoning.encrypted_content`);
    expect(whole).toMatchObject({ encrypted_content: 'e' });
  });

  test('limits are enforced and not only documented', async () => {
    const pairs = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, 'v']));
    expect((await call('POST', '', { metadata: pairs })).status).toBe(400);
    const many = Array.from({ length: 500 }, () => 'x');
    expect((await call('POST', '', { items: messages(...many) })).status).toBe(400);
    const huge = 'x'.repeat(30_000_000);
    expect((await call('POST', '', { items: messages(huge) })).status).toBe(400);
  });

  test('every error has the envelope with all four keys', async () => {
    const answers = [
      await call('GET', '/none'),
      await call('POST', '', { items: 1 }),
      await call('PUT', '/none', {}),
      await call('GET', `/${await create()}/items?limit=x`),
    ];
    for (const { error } of answers) {
      expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
    }
  });

  test('an empty body with a JSON content type is no error', async () => {
    const id = await create();
    expect((await call('GET', `/${id}`)).status).toBe(200);
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
  });
});

describe('operation', () => {
  test('every setting does something', async () => {
    const other: Readonly<Record<keyof typeof SETTINGS, string>> = {
      host: 'localhost',
      port: '1',
      databaseUrl: 'sqlite:other.db',
      allowAnonymous: 'true',
      databasePoolSize: '5',
      databaseStatementTimeout: '5',
      databaseLockTimeout: '5',
      databaseApplicationName: 'other',
      databasePreparedStatements: 'off',
      rls: 'on',
      sqliteSynchronous: 'normal',
      dialect: 'llama-stack',
      auth: 'keys',
      authHeadersSecret: 'secret',
      userIsolation: 'true',
      auditLog: '-',
      rateLimitPerAddress: '1',
      rateLimitPerPrincipal: '1',
      corsOrigins: 'https://example.com',
      requestTimeout: '1',
      maxConnections: '1',
      maxItemsPerRequest: '21',
      maxPageSize: '101',
      maxBodyBytes: '2000',
      maxNesting: '9',
      logLevel: 'warn',
      logFormat: 'json',
      slowRequest: '5',
      metrics: '127.0.0.1:1',
      drainTimeout: '1',
    };
    const postgres = { COLLOQUY_DATABASE_URL: 'postgres://127.0.0.1/db' };
    for (const [key, value] of Object.entries(other)) {
      // Sound: `other` has exactly the keys of SETTINGS.
      const { name } = SETTINGS[key as keyof typeof SETTINGS];
      const isOfPostgres = /^(database-(?!url)|rls)/.test(name);
      const database = isOfPostgres ? postgres : {};
      const variable = `COLLOQUY_${name.replaceAll('-', '_').toUpperCase()}`;
      const load = (more: Record<string, string>) =>
        loadConfig({ environment: { ...database, ...more } });
      // Two settings make sense beside a scheme only, and are refused without one.
      const config = await load({ [variable]: value }).catch(() => undefined);
      expect(config, name).not.toEqual(await load({}));
      const beside = await load({ COLLOQUY_AUTH: 'keys', [variable]: value });
      if (key !== 'auth') {
        expect(beside, name).not.toEqual(await load({ COLLOQUY_AUTH: 'keys' }));
      }
    }
  });

  test('without authentication only this machine is served', async () => {
    const at = (...args: string[]) => loadConfig({ arguments: args });
    const memory = ['--database-url', 'sqlite::memory:'];
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com']) {
      await expect(createServer(await at('--host', host, ...memory))).rejects.toThrow(
        'no authentication is configured',
      );
      for (const allowed of [['--allow-anonymous'], ['--auth', 'keys']]) {
        await (await createServer(await at('--host', host, ...memory, ...allowed))).close();
      }
    }
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', '::1']) {
      await (await createServer(await at('--host', host, ...memory))).close();
    }
    expect((await at()).host).toBe('127.0.0.1');
  });
});
