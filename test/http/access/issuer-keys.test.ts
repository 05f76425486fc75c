import { expect, test, vi } from 'vitest';
import { CONVERSATIONS, startAccessServer, type AccessServer } from '../../support/access.ts';
import { startIssuer } from '../../support/issuer.ts';

/** A server that looks for the issuer's keys at most once a second. */
function startTokenServer(issuer: string): Promise<AccessServer> {
  return startAccessServer(
    `auth:\n  schemes: [jwt]\n  jwt: { issuer: "${issuer}", audience: colloquy, keys_cooldown: 1 }\n`,
  );
}

/** Waits until the server may look for keys again. */
function cooldown(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 1100));
}

async function statusOf(access: AccessServer, token: string): Promise<number> {
  return (await access.call(token, 'GET', CONVERSATIONS)).status;
}

test('a server whose issuer is out of reach answers 503, and recovers by itself', async () => {
  await using issuer = await startIssuer();
  await using access = await startTokenServer(issuer.url);
  const token = await issuer.token({});
  issuer.setOnline(false);
  const answer = await access.call(token, 'GET', CONVERSATIONS);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(answer.body.error).toMatchObject({ type: 'server_error' });
  for (let n = 0; n < 20; n += 1) await statusOf(access, token);
  // One request, and another for each second that this has taken.
  expect(issuer.requests()).toBeLessThanOrEqual(3);
  issuer.setOnline(true);
  await expect.poll(() => statusOf(access, token)).toBe(200);
  expect(access.server.failures.splice(0).length).toBeGreaterThan(0);
});

test('the server fetches rotated keys, and a flood of unknown key ids causes few fetches', async () => {
  await using issuer = await startIssuer();
  await using access = await startTokenServer(issuer.url);
  const old = await issuer.token({});
  expect(await statusOf(access, old)).toBe(200);
  await issuer.rotate();
  await cooldown();
  expect(await statusOf(access, await issuer.token({}))).toBe(200);
  expect(issuer.keyFetches()).toBe(2);
  expect(await statusOf(access, old)).toBe(401);
  for (let n = 0; n < 20; n += 1) {
    expect(await statusOf(access, await issuer.token({}, { kid: `unknown-${n}` }))).toBe(401);
  }
  expect(issuer.keyFetches()).toBeLessThanOrEqual(4);
});

test('the server takes no keys from a configuration that names another issuer', async () => {
  await using issuer = await startIssuer();
  issuer.callItself('https://evil.example');
  await using access = await startTokenServer(issuer.url);
  expect(await statusOf(access, await issuer.token({}))).toBe(503);
  expect(issuer.keyFetches()).toBe(0);
  expect(String(access.server.failures.splice(0)[0])).toContain('another issuer');
});

test('the server fetches rotated keys even after a token that two keys may have signed', async () => {
  await using issuer = await startIssuer();
  await issuer.rotate('kept');
  await using access = await startTokenServer(issuer.url);
  expect(await statusOf(access, await issuer.token({}))).toBe(200);
  await issuer.rotate();
  await cooldown();
  expect(await statusOf(access, await issuer.token({}, { kid: null }))).toBe(401);
  expect(await statusOf(access, await issuer.token({}))).toBe(200);
});

test('known keys are used, however old, while their issuer is out of reach', async () => {
  await using issuer = await startIssuer();
  await using access = await startTokenServer(issuer.url);
  const known = await issuer.token({});
  expect(await statusOf(access, known)).toBe(200);
  issuer.setOnline(false);
  await cooldown();
  // The search for this key fails, and begins a pause in which the issuer gets no request.
  expect(await statusOf(access, await issuer.token({}, { kid: 'unknown' }))).toBe(503);
  expect(await statusOf(access, known)).toBe(200);
  expect(await statusOf(access, await issuer.token({}, { kid: 'another' }))).toBe(503);
  expect(access.server.failures.splice(0).length).toBeGreaterThan(0);
  const before = issuer.requests();
  const now = performance.now.bind(performance);
  // Late enough that the server would replace the keys.
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 660_000);
  try {
    expect(await statusOf(access, known)).toBe(200);
    expect(issuer.requests()).toBe(before + 1);
  } finally {
    clock.mockRestore();
  }
});
