import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { Folder } from './folder.ts';
import { ITEM_SAMPLES } from './item-samples.ts';
import { runProcess } from './process.ts';
import { startServer } from './server.ts';
import { newHidden, newResponse } from './responses.ts';
import { key, minted, newConversation, openOn } from './store.ts';

/** Returns the arguments that name a database. */
export const at = (url: string): string[] => ['--database-url', url];

/** Runs `colloquy export` into a file. */
export async function exportTo(
  url: string,
  output: string,
  ...more: readonly string[]
): Promise<void> {
  const { code, stderr } = await runProcess(['export', ...at(url), ...more], { output });
  expect(stderr).toMatch(/^colloquy: exported .+\.\n$/);
  expect(code).toBe(0);
}

/** Runs `colloquy import` on a file and returns its message. */
export async function importFrom(input: string, url: string): Promise<string> {
  const { code, stderr } = await runProcess(['import', ...at(url)], { input });
  expect(stderr).toMatch(/^colloquy: imported .+\.\n$/);
  expect(code).toBe(0);
  return stderr;
}

/** Ids as programs other than OpenAI's service make them. */
const ODD_IDS = [
  '0d4e0a7e-8f6c-4c9c-9d51-000000000001',
  'rs_x:rs_y',
  `${'Ab0+/'.repeat(80)}==`,
  '会話-💬',
  'x'.repeat(1024),
];

/** Text with the characters that JSON, SQL or line readers treat specially. */
const ODD_TEXT = '\u0000 \ud800 \u2028 💬 \\ " \n \r';

/**
 * Makes a SQLite database with everything that one can contain: tenants, owners, keys, copied items, gaps between
 * positions, every item type, items of unknown types, responses, odd ids and text. Returns its URL.
 */
export async function fillWithEverything(folder: Folder): Promise<string> {
  const url = `sqlite:${folder.path('first.db')}`;
  await fillDefaultTenant(url);
  await fillOtherTenants(url);
  await fillResponses(url);
  return url;
}

async function fillDefaultTenant(url: string): Promise<void> {
  await using server = await startServer(...at(url));
  const post = async (path: string, body: unknown): Promise<{ id: string }> => {
    const answer = await server.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    // Sound: a successful POST answers with a resource or a list; the id of a list is not used.
    return answer.body as { id: string };
  };
  const { id } = await post('/v1/conversations', {
    metadata: { [ODD_TEXT]: ODD_TEXT, ['__proto__']: 'x' },
  });
  for (const { type, prefix, sent } of ITEM_SAMPLES) {
    const extra = [1e21, -0, 1.5e-7, ODD_TEXT, { 7: 1, a: 2 }];
    const item = { type, ...sent, extra, id: `${prefix}_${type}` };
    await post(`/v1/conversations/${id}/items`, { items: [item] });
  }
  const copied = await post('/v1/conversations', { items: [{ id: 'msg_message' }] });
  await post(`/v1/conversations/${copied.id}/items`, {
    items: [
      { role: 'user', content: ODD_TEXT },
      ...ODD_IDS.map((odd) => ({ id: odd, type: 'x_unknown', extra: [null, ODD_TEXT] })),
      { id: 'msg_function_call', role: 'user', content: 'under an id of another conversation' },
    ],
  });
  await server.client.conversations.items.delete('msg_message', { conversation_id: id });
  for (let n = 0; n < 5; n += 1) await server.client.conversations.create();
}

async function fillOtherTenants(url: string): Promise<void> {
  await using store = await openOn(url);
  for (const tenant of ['other', 'ähnlich', 'Z']) {
    await store.conversations.create({
      ...newConversation('conv_same', tenant),
      attributes: { teams: ['a', 'b'] },
      metadata: '{"a":"b"}',
      items: minted('msg_same'),
    });
    await store.keys.create({
      id: `key_${tenant}`,
      tenant,
      subject: 'somebody',
      attributes: { roles: ['admin'] },
      hash: `hash of ${tenant}`,
      createdAt: 1,
      expiresAt: tenant === 'Z' ? 2 : null,
      revokedAt: null,
      lastUsedAt: 3,
    });
  }
}

/** Stores responses in a conversation of each kind, and leaves the turn of one running. */
async function fillResponses(url: string): Promise<void> {
  await using store = await openOn(url);
  const tenant = 'other';
  const odd = { data: JSON.stringify({ id: 'resp_odd', text: ODD_TEXT }), rest: '[{"a":[1]},2]' };
  await store.responses.create({ ...newHidden('conv_hidden', 'resp_1', 'msg_1', 'msg_2'), tenant });
  for (const [id, more] of [
    ['resp_2', {}],
    ['resp_odd', odd],
  ] as const) {
    const params = { ...key('conv_same', tenant), response: newResponse(id, more) };
    await store.responses.add({ ...params, token: undefined });
  }
  await store.turns.take({ ...key('conv_same', tenant), leaseMs: 60_000 });
}

/** Makes a SQLite file with this many conversations of two items each, past the program, since that is faster. */
export async function fillWithMany(path: string, conversations: number): Promise<void> {
  await (await openOn(`sqlite:${path}`)).close();
  using raw = new DatabaseSync(path);
  raw.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${conversations})
    INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden)
    SELECT 'default', printf('conv_%08d', n), 'owner-' || n % 100, '{}', '{"n":"' || n || '"}', n, 2, 0 FROM numbers;
    WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${conversations} * 2 + 1)
    INSERT INTO items
    SELECT 'default', printf('conv_%08d', n / 2), n % 2, 'msg_' || n, 'message',
      '{"id":"msg_' || n || '","type":"message","content":"' || hex(zeroblob(200)) || '"}', n FROM numbers;
  `);
}
