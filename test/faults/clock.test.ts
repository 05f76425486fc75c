import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { serve, type ServingProcess } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startIssuer } from '../support/issuer.ts';
import { runProcess } from '../support/process.ts';
import { steppingClock } from '../support/stepping-clock.ts';

const URL_OF_LIST = '/conversations?limit=100&order=asc';

async function get(
  { client }: ServingProcess,
  path: string,
  token = 'any',
): Promise<{ status: number; retryAfter: number; ids: readonly string[] }> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${client.baseURL}${path}`, { headers });
  // Sound: a list has `data`, and an error has not.
  const body = (await response.json()) as { data?: readonly { id: string }[] };
  return {
    status: response.status,
    retryAfter: Number(response.headers.get('retry-after')),
    ids: (body.data ?? []).map(({ id }) => id),
  };
}

test('Ids ascend and lists keep their order when the clock steps back and forth', async () => {
  await using folder = await temporaryFolder();
  const clock = steppingClock(-1, 2, -3);
  await using server = await serve(folder.path('clock.db'), { environment: clock.environment });
  const { conversations } = server.client;
  const created: { id: string; created_at: number }[] = [];
  const items: string[] = [];
  const first = await conversations.create();
  created.push(first);
  for (let step = 0; step <= 3; step += 1) {
    if (step > 0) await clock.step(server);
    for (let n = 0; n < 5; n += 1) {
      created.push(await conversations.create());
      const message = { role: 'user' as const, content: `${step}/${n}` };
      const { data } = await conversations.items.create(first.id, { items: [message, message] });
      items.push(...data.map(({ id }) => id ?? ''));
    }
  }
  const ids = created.map(({ id }) => id);
  for (const made of [ids, items]) {
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(made.length);
  }
  const times = created.map(({ created_at }) => created_at);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect((await get(server, URL_OF_LIST)).ids).toEqual(ids);
  expect((await get(server, `${URL_OF_LIST}&after=${ids[7]}`)).ids).toEqual(ids.slice(8));
  const path = `/conversations/${first.id}/items?limit=100&order=asc`;
  expect((await get(server, path)).ids).toEqual(items);
});

test('A revoked API key is refused soon after a step of the clock, and keys expire by the wall clock', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('keys.db');
  const database = ['--database-url', `sqlite:${path}`];
  const newKey = async (...more: readonly string[]) => {
    const args = ['keys', 'create', '--subject', 'ann', '--json', ...more, ...database];
    // Sound: what the command prints with --json.
    return JSON.parse((await runProcess(args)).stdout) as { id: string; key: string };
  };
  const [lasting, passing] = [await newKey(), await newKey('--expires', '1d')];
  const clock = steppingClock(-1, 26, -26);
  const options = { environment: clock.environment };
  await using server = await serve(path, options, '--auth', 'keys');
  const status = async (key: string) => (await get(server, '/conversations', key)).status;
  expect(await status(lasting.key)).toBe(200);
  await clock.step(server);
  expect(await status(lasting.key)).toBe(200);
  await runProcess(['keys', 'revoke', lasting.id, ...database]);
  await expect.poll(() => status(lasting.key)).toBe(401);
  expect(await status(passing.key)).toBe(200);
  await clock.step(server);
  expect(await status(passing.key)).toBe(401);
  await clock.step(server);
  expect(await status(passing.key)).toBe(200);
});

test('A step of the clock does not shorten or lengthen a rate limit', async () => {
  await using folder = await temporaryFolder();
  const clock = steppingClock(-1, 2);
  const settings = ['--rate-limit-per-address', '2'];
  const options = { environment: clock.environment };
  await using server = await serve(folder.path('limits.db'), options, ...settings);
  for (const expected of [200, 200, 429]) {
    expect(await get(server, '/conversations')).toMatchObject({ status: expected });
  }
  for (let step = 0; step < 2; step += 1) {
    await clock.step(server);
    const { status, retryAfter } = await get(server, '/conversations');
    expect(status).toBe(429);
    expect(retryAfter).toBeLessThanOrEqual(60);
  }
});

test("Tokens expire by the wall clock, and the issuer's new keys are found after a step back", async () => {
  await using folder = await temporaryFolder();
  await using issuer = await startIssuer();
  const config = folder.path('colloquy.yaml');
  await writeFile(
    config,
    `auth: { schemes: [jwt], jwt: { issuer: "${issuer.url}", audience: colloquy, keys_cooldown: 1 } }\n`,
  );
  const clock = steppingClock(1, -1, -1);
  const options = { environment: clock.environment };
  await using server = await serve(folder.path('tokens.db'), options, '--config', config);
  const status = async (token: string) => (await get(server, '/conversations', token)).status;
  const token = await issuer.token({});
  const later = await issuer.token({ nbf: Math.floor(Date.now() / 1000) + 1800, exp: 4e9 });
  expect([await status(token), await status(later)]).toEqual([200, 401]);
  await clock.step(server);
  expect([await status(token), await status(later)]).toEqual([401, 200]);
  await clock.step(server);
  expect([await status(token), await status(later)]).toEqual([200, 401]);
  await clock.step(server);
  await issuer.rotate();
  const rotated = await issuer.token({});
  await expect.poll(() => status(rotated)).toBe(200);
});
