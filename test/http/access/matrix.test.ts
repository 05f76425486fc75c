import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAccessServer, type AccessServer, type Answer } from '../../support/access.ts';
import { startIssuer, type Issuer } from '../../support/issuer.ts';

/** Every route, every way of naming something, every kind of stranger: nothing leaks, nothing changes. */

let access: AccessServer;
let issuer: Issuer;
let owner: string;
let conversation: string;
let item: string;
let strangers: Record<string, string>;

beforeAll(async () => {
  issuer = await startIssuer();
  access = await startAccessServer(
    `auth:\n  schemes: [keys, jwt]\n  jwt: { issuer: "${issuer.url}", audience: colloquy, claims: { tenant: org } }\n`,
  );
  owner = await access.key('ann', '--tenant', 'acme', '--team', 'core');
  const created = await access.call(owner, 'POST', '/v1/conversations', {
    metadata: { topic: 'secret' },
    items: [{ role: 'user', content: 'private words' }],
  });
  conversation = created.body.id;
  const items = await access.call(owner, 'GET', `/v1/conversations/${conversation}/items`);
  item = items.body.data[0]?.id ?? '';
  strangers = {
    'another tenant': await access.key('ann', '--tenant', 'other', '--team', 'core'),
    'another owner': await access.key(
      'bob',
      '--tenant',
      'acme',
      '--team',
      'core',
      '--role',
      'admin',
    ),
    'a token of another owner': await issuer.token({ sub: 'bob', org: 'acme' }),
    'a token of another tenant': await issuer.token({ sub: 'ann', org: 'other' }),
  };
});
afterAll(async () => {
  await access[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

type Request = [
  method: string,
  path: (conversation: string, item: string) => string,
  body?: (item: string) => unknown,
];

const ROUTES: Record<string, Request> = {
  get: ['GET', (c) => `/v1/conversations/${c}`],
  update: ['POST', (c) => `/v1/conversations/${c}`, () => ({ metadata: { hacked: 'yes' } })],
  delete: ['DELETE', (c) => `/v1/conversations/${c}`],
  append: [
    'POST',
    (c) => `/v1/conversations/${c}/items`,
    () => ({ items: [{ role: 'user', content: 'x' }] }),
  ],
  list: ['GET', (c) => `/v1/conversations/${c}/items`],
  'list from a cursor': ['GET', (c, i) => `/v1/conversations/${c}/items?after=${i}`],
  'get an item': ['GET', (c, i) => `/v1/conversations/${c}/items/${i}`],
  'delete an item': ['DELETE', (c, i) => `/v1/conversations/${c}/items/${i}`],
  'page conversations from it': ['GET', (c) => `/v1/conversations?after=${c}`],
  'page conversations up to it': ['GET', (c) => `/v1/conversations?before=${c}`],
};
const ABSENT = `conv_${'0'.repeat(48)}`;
const ABSENT_ITEM = `msg_${'0'.repeat(48)}`;

async function unchanged(): Promise<void> {
  const found = await access.call(owner, 'GET', `/v1/conversations/${conversation}`);
  expect(found.body.metadata).toEqual({ topic: 'secret' });
  const items = await access.call(owner, 'GET', `/v1/conversations/${conversation}/items`);
  expect(items.body.data).toMatchObject([{ id: item, content: [{ text: 'private words' }] }]);
}

const text = (answer: Answer): string => JSON.stringify(answer.body);

describe.each([
  'another tenant',
  'another owner',
  'a token of another owner',
  'a token of another tenant',
])('%s', (stranger) => {
  test.each(Object.keys(ROUTES))('%s: as if it did not exist', async (name) => {
    const [method, path, body] = ROUTES[name] ?? ['GET', () => '/'];
    const token = strangers[stranger];
    const real = await access.call(token, method, path(conversation, item), body?.(item));
    const absent = await access.call(token, method, path(ABSENT, ABSENT_ITEM), body?.(ABSENT_ITEM));
    expect(real.status).toBe(404);
    expect(real.status).toBe(absent.status);
    expect(text(real).replaceAll(conversation, ABSENT).replaceAll(item, ABSENT_ITEM)).toBe(
      text(absent),
    );
    await unchanged();
  });

  test('cannot see, link, take or overwrite an item by its id', async () => {
    const token = strangers[stranger];
    const { body: mine } = await access.call(token, 'POST', '/v1/conversations');
    const reference = await access.call(token, 'POST', `/v1/conversations/${mine.id}/items`, {
      items: [{ type: 'item_reference', id: item }],
    });
    expect(reference.status).toBe(404);
    const created = await access.call(token, 'POST', '/v1/conversations', {
      items: [{ id: item, role: 'user', content: 'my own words' }],
    });
    const first = await access.call(token, 'GET', `/v1/conversations/${created.body.id}/items`);
    expect(text(first)).not.toContain('private words');
    await access.call(token, 'DELETE', `/v1/conversations/${created.body.id}`);
    expect(reference.body.error.message).toBe(`Item with id '${item}' not found.`);
    const claimed = await access.call(token, 'POST', `/v1/conversations/${mine.id}/items`, {
      items: [{ id: item, role: 'user', content: 'my own words' }],
    });
    expect(claimed.status).toBe(200);
    expect(text(claimed)).not.toContain('private words');
    expect(claimed.body.data).toMatchObject([{ id: item, content: [{ text: 'my own words' }] }]);
    const cursor = await access.call(token, 'POST', '/v1/conversations');
    const page = await access.call(
      token,
      'GET',
      `/v1/conversations/${cursor.body.id}/items?after=${item}`,
    );
    expect(page.status).toBe(404);
    await unchanged();
    await access.call(token, 'DELETE', `/v1/conversations/${mine.id}`);
    await unchanged();
  });

  test('does not find it in any list', async () => {
    for (const query of [
      '',
      '?metadata[topic]=secret',
      '?order=asc&limit=100',
      '?created_after=0',
    ]) {
      const listed = await access.call(strangers[stranger], 'GET', `/v1/conversations${query}`);
      expect(listed.status).toBe(200);
      expect(text(listed)).not.toContain(conversation);
      expect(text(listed)).not.toContain('secret');
    }
  });
});

describe('credentials that are none', () => {
  const MISSING = /^You didn't provide an API key\. /;
  const WRONG = /^Incorrect API key provided: \S*\*\*\*\S*\. You can find your API key at /;

  async function bad(): Promise<Record<string, [string | undefined, RegExp]>> {
    const revoked = await access.key('ann', '--tenant', 'acme');
    const listed = JSON.parse(
      await access.command('keys', 'list', '--tenant', 'acme', '--json'),
    ) as {
      id: string;
    }[];
    await access.command('keys', 'revoke', listed.at(-1)?.id ?? '');
    const expired = await access.key('ann', '--tenant', 'acme', '--expires', '0m');
    const other = await generateKeyPair('ES256', { extractable: true });
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const sign = (alg: string, key: typeof other.privateKey) =>
      new SignJWT({ org: 'acme' })
        .setProtectedHeader({ alg })
        .setIssuer(issuer.url)
        .setAudience('colloquy')
        .setSubject('ann')
        .setExpirationTime('5m')
        .sign(key);
    const base = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = {
      iss: issuer.url,
      aud: 'colloquy',
      sub: 'ann',
      org: 'acme',
      exp: 9_999_999_999,
    };
    const confused = `${base({ alg: 'HS256', kid: 'key-1' })}.${base(claims)}`;
    const secret = await exportSPKI(other.publicKey);
    const hmac = createHmac('sha256', secret).update(confused).digest('base64url');
    return {
      none: [undefined, MISSING],
      'an unknown key': [`clq_${'x'.repeat(43)}`, WRONG],
      'a token of no kind': ['sk-whatever-it-is-it-is-not-ours', WRONG],
      'a revoked key': [revoked, WRONG],
      'an expired key': [expired, WRONG],
      'the wrong audience': [await issuer.token({ org: 'acme', aud: 'other' }), WRONG],
      'the wrong issuer': [await issuer.token({ org: 'acme', iss: 'https://evil.example' }), WRONG],
      'an expired token': [await issuer.token({ org: 'acme', exp: 1 }), WRONG],
      'no tenant claim': [await issuer.token({}), WRONG],
      'no expiry': [await issuer.token({ org: 'acme' }, {}, 'never'), WRONG],
      'a subject that is no text': [await issuer.token({ org: 'acme', sub: 'ann\ud800' }), WRONG],
      'a tenant with a control character': [await issuer.token({ org: 'acme\u0000' }), WRONG],
      'an empty tenant': [await issuer.token({ org: '' }), WRONG],
      'an algorithm of the issuer that is not configured': [
        await issuer.token({ org: 'acme' }, { alg: 'EdDSA' }),
        WRONG,
      ],
      'the reserved subject': [await issuer.token({ org: 'acme', sub: 'anonymous' }), WRONG],
      'an empty subject': [await issuer.token({ org: 'acme', sub: '' }), WRONG],
      'alg none': [new UnsecuredJWT(claims).encode(), WRONG],
      'a foreign signature': [await sign('ES256', other.privateKey), WRONG],
      'an algorithm that is not configured': [await sign('RS256', rsa.privateKey), WRONG],
      'key confusion': [`${confused}.${hmac}`, WRONG],
      rubbish: ['a.b.c', WRONG],
    };
  }

  test('are answered 401 on every route, and nothing happens', async () => {
    for (const [name, [token, message]] of Object.entries(await bad())) {
      for (const [method, path, body] of [
        ...Object.values(ROUTES),
        ['POST', () => '/v1/conversations', () => ({})] as Request,
        ['GET', () => '/v1/conversations'] as Request,
      ]) {
        const answer = await access.call(token, method, path(conversation, item), body?.(item));
        expect(answer.status, name).toBe(401);
        expect(answer.body.error.message, name).toMatch(message);
        expect(answer.body.error).toMatchObject({ type: 'invalid_request_error', param: null });
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
        if (token !== undefined) expect(text(answer)).not.toContain(token);
      }
    }
    await unchanged();
  });

  test('are refused before a body is read', async () => {
    const answer = await access.server.request('/v1/conversations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{broken',
    });
    expect(answer.status).toBe(401);
  });

  test('health, readiness and the document need none', async () => {
    for (const path of ['/health', '/ready', '/openapi.json']) {
      expect((await access.call(undefined, 'GET', path)).status).toBe(200);
    }
  });
});
