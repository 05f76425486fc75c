import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATION_REQUESTS, OPERATIONS } from './operation-requests.ts';
import { startOwnedConversation, type OwnedConversation } from './owned-conversation.ts';

let owned: OwnedConversation;
beforeAll(async () => {
  owned = await startOwnedConversation();
});
afterAll(() => owned[Symbol.asyncDispose]());

async function revokedKey(): Promise<string> {
  const key = await owned.access.key('ann', '--tenant', 'acme');
  const listed = await owned.access.command('keys', 'list', '--tenant', 'acme', '--json');
  const keys = JSON.parse(listed) as readonly { readonly id: string }[];
  await owned.access.command('keys', 'revoke', keys.at(-1)?.id ?? '');
  return key;
}

/** Signs a token with a key that the issuer does not have. */
async function foreignToken(alg: 'ES256' | 'RS256'): Promise<string> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return new SignJWT({ org: 'acme' })
    .setProtectedHeader({ alg })
    .setIssuer(owned.issuer.url)
    .setAudience('colloquy')
    .setSubject('ann')
    .setExpirationTime('5m')
    .sign(privateKey);
}

function claims() {
  return { iss: owned.issuer.url, aud: 'colloquy', sub: 'ann', org: 'acme', exp: 9_999_999_999 };
}

/** Makes a token whose HMAC has a public key as its secret. */
async function keyConfusion(): Promise<string> {
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  const signed = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${encoded(claims())}`;
  const hmac = createHmac('sha256', await exportSPKI(publicKey));
  return `${signed}.${hmac.update(signed).digest('base64url')}`;
}

const CREDENTIALS: Readonly<Record<string, () => string | Promise<string>>> = {
  'an unknown key': () => `clq_${'x'.repeat(43)}`,
  'a token of no kind': () => 'sk-whatever-it-is-it-is-not-ours',
  'a revoked key': revokedKey,
  'an expired key': () => owned.access.key('ann', '--tenant', 'acme', '--expires', '0m'),
  'the wrong audience': () => owned.issuer.token({ org: 'acme', aud: 'other' }),
  'the wrong issuer': () => owned.issuer.token({ org: 'acme', iss: 'https://evil.example' }),
  'an expired token': () => owned.issuer.token({ org: 'acme', exp: 1 }),
  'a token without the tenant claim': () => owned.issuer.token({}),
  'a token without an expiry': () => owned.issuer.token({ org: 'acme' }, {}, 'never'),
  'a subject that is not text': () => owned.issuer.token({ org: 'acme', sub: 'ann\ud800' }),
  'a tenant with a control character': () => owned.issuer.token({ org: 'acme\u0000' }),
  'an empty tenant': () => owned.issuer.token({ org: '' }),
  'an algorithm of the issuer that is not configured': () =>
    owned.issuer.token({ org: 'acme' }, { alg: 'EdDSA' }),
  'the reserved subject': () => owned.issuer.token({ org: 'acme', sub: 'anonymous' }),
  'an empty subject': () => owned.issuer.token({ org: 'acme', sub: '' }),
  'the algorithm none': () => new UnsecuredJWT(claims()).encode(),
  'a foreign signature': () => foreignToken('ES256'),
  'a foreign signature of an algorithm that is not configured': () => foreignToken('RS256'),
  'key confusion': keyConfusion,
  'text that is not a token': () => 'a.b.c',
};

async function assertRefused(token: string | undefined, sentence: RegExp): Promise<void> {
  for (const { name, method, path, body } of OPERATION_REQUESTS) {
    const answer = await owned.access.call(token, method, path(owned.target), body(owned.target));
    expect(answer.status, name).toBe(401);
    expect(answer.body.error.message, name).toMatch(sentence);
    expect(answer.body.error, name).toMatchObject({ type: 'invalid_request_error', param: null });
    expect(answer.headers.get('www-authenticate'), name).toMatch(/^Bearer /);
    if (token !== undefined) expect(JSON.stringify(answer.body), name).not.toContain(token);
  }
  await owned.assertUnchanged();
}

test('every operation answers 401 to a request without credentials', async () => {
  await assertRefused(undefined, /^You didn't provide an API key\. /);
});

test.each(Object.keys(CREDENTIALS))('every operation answers 401 to %s', async (name) => {
  const sentence = /^Incorrect API key provided: \S*\*\*\*\S*\. You can find your API key at /;
  await assertRefused(await CREDENTIALS[name]?.(), sentence);
});

test('requests without credentials are refused before their body is read', async () => {
  const answer = await owned.access.server.request('/v1/conversations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{broken',
  });
  expect(answer.status).toBe(401);
});

test('no operation except those of the system is served without credentials', async () => {
  const open = OPERATIONS.filter(({ isPublic }) => isPublic);
  expect(open.map(({ template }) => template)).toEqual([
    '/metrics',
    '/v1/server',
    '/health',
    '/ready',
    '/openapi.json',
  ]);
  for (const { template } of open) {
    const { status } = await fetch(`${owned.access.server.origin}${template}`);
    expect(status, template).toBe(200);
  }
});
