import { afterAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { startAccessServer, keysWithPolicy } from '../../support/access.ts';
import { startIssuer } from '../../support/issuer.ts';
import { packageVersion } from '../../../src/config/version.ts';

const anonymous = await startServer('--strict', '--max-page-size', '50');
afterAll(() => anonymous[Symbol.asyncDispose]());

test('a server says what clients must know, to anyone and without secrets', async () => {
  expect((await anonymous.request('/v1/server')).body).toEqual({
    object: 'server',
    version: packageVersion(),
    dialect: 'openai',
    compatibility: 'strict',
    limits: { items_per_request: 20, page_size: 50, body_bytes: expect.any(Number) },
    authentication: { schemes: [], oidc: null },
    console: { title_keys: ['title', 'name', 'subject', 'topic'], idle_minutes: 30 },
    features: expect.not.arrayContaining(['responses']),
  });
  await using issuer = await startIssuer();
  const yaml = `auth:
  schemes: [keys, headers, jwt]
  jwt: { issuer: "${issuer.url}", audience: colloquy }
  headers: { tenant: x-tenant }
`;
  await using closed = await startAccessServer(yaml, '--auth-headers-secret', 'hidden-word');
  const { status, body } = await closed.server.request('/v1/server');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    compatibility: 'liberal',
    authentication: { schemes: ['keys', 'headers', 'jwt'], oidc: null },
  });
  const text = JSON.stringify(body);
  for (const secret of ['hidden-word', 'x-tenant', issuer.url, 'colloquy.yaml', 'audience']) {
    expect(text).not.toContain(secret);
  }
});

test('a caller without credentials is anonymous, and may do everything', async () => {
  expect((await anonymous.request('/v1/principal')).body).toEqual({
    object: 'principal',
    tenant: 'default',
    subject: 'anonymous',
    owner: 'anonymous',
    scheme: null,
    roles: [],
    teams: [],
    projects: [],
    namespaces: [],
    actions: ['create', 'read', 'update', 'delete'],
    expires_at: null,
    retention: { default: null, maximum: null, trash_days: 0 },
  });
});

test('a caller learns its name, its attributes, and what the policy may permit', async () => {
  await using access = await startAccessServer(
    keysWithPolicy(
      '{ forbid: { actions: [create] }, when: user with support in roles }',
      '{ permit: { actions: [read] }, when: user with support in roles }',
      '{ permit: { actions: [create, read] }, when: user is owner }',
      '{ permit: { actions: [delete] }, when: user with erasure in teams }',
    ),
  );
  const principal = async (key: string) => (await access.call(key, 'GET', '/v1/principal')).body;
  const ann = await access.key('ann', '--tenant', 'acme', '--team', 'a', '--team', 'b');
  expect(await principal(ann)).toMatchObject({
    tenant: 'acme',
    subject: 'ann',
    scheme: 'keys',
    teams: ['a', 'b'],
    roles: [],
    actions: ['create', 'read'],
    expires_at: null,
  });
  const support = await access.key('bob', '--role', 'support', '--expires', '1d');
  const { expires_at: end, ...rest } = (await principal(support)) as unknown as {
    expires_at: number;
  };
  expect(rest).toMatchObject({ roles: ['support'], actions: ['read'] });
  expect(Math.abs(end - Date.now() / 1000 - 86_400)).toBeLessThan(600);
  const eraser = await access.key('eve', '--team', 'erasure');
  expect(await principal(eraser)).toMatchObject({ actions: ['create', 'read', 'delete'] });
  expect((await access.call(undefined, 'GET', '/v1/principal')).status).toBe(401);
});

test('a caller with a token learns when that ends', async () => {
  await using issuer = await startIssuer();
  await using access = await startAccessServer(`auth:
  schemes: [jwt]
  jwt: { issuer: "${issuer.url}", audience: colloquy }
`);
  const token = await issuer.token({ sub: 'ann' });
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number;
  };
  expect((await access.call(token, 'GET', '/v1/principal')).body).toMatchObject({
    subject: 'ann',
    scheme: 'jwt',
    expires_at: exp,
  });
});
