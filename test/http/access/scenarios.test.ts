import { readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../../src/index.ts';
import { startAccessServer, type AccessServer } from '../../support/access.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startIssuer } from '../../support/issuer.ts';
import { startServer } from '../../support/server.ts';

const CONVERSATIONS = '/v1/conversations';
const of = (id: string): string => `${CONVERSATIONS}/${id}`;

async function create(access: AccessServer, token: string, metadata = {}): Promise<string> {
  const { status, body } = await access.call(token, 'POST', CONVERSATIONS, { metadata });
  expect(status).toBe(200);
  return body.id;
}

async function listed(access: AccessServer, token: string, query = ''): Promise<string[]> {
  const { status, body } = await access.call(token, 'GET', `${CONVERSATIONS}${query}`);
  expect(status).toBe(200);
  return body.data.map(({ id }) => id);
}

describe('a written policy', () => {
  const TEAM = `
auth:
  schemes: [keys]
  access_policy:
    - forbid:
        actions: [create]
      unless: user with writer in roles
    - permit:
        actions: [create, read, update, delete]
      when: user is owner
    - permit:
        actions: [read]
      when: user in owners teams
      description: Teams read what their members write.
    - permit:
        actions: [read, update, delete]
        resource: conversation::*
      when: user with admin in roles
`;

  test('reaches every operation: forbidden creation is 403, and all four actions count', async () => {
    await using access = await startAccessServer(TEAM);
    const reader = await access.key('rea', '--team', 'core');
    const refused = await access.call(reader, 'POST', CONVERSATIONS, {});
    expect(refused.status).toBe(403);
    expect(refused.body.error).toMatchObject({
      code: 'access_denied',
      type: 'invalid_request_error',
    });
    const ann = await access.key('ann', '--team', 'core', '--role', 'writer');
    const id = await create(access, ann, { topic: 'plan' });
    // A colleague of the team reads, and can do nothing else.
    expect((await access.call(reader, 'GET', of(id))).status).toBe(200);
    expect((await access.call(reader, 'GET', `${of(id)}/items`)).status).toBe(200);
    expect((await access.call(reader, 'POST', of(id), { metadata: {} })).status).toBe(404);
    expect((await access.call(reader, 'DELETE', of(id))).status).toBe(404);
    const items = { items: [{ role: 'user', content: 'x' }] };
    expect((await access.call(reader, 'POST', `${of(id)}/items`, items)).status).toBe(404);
    const own = await access.call(ann, 'POST', `${of(id)}/items`, items);
    const item = `${of(id)}/items/${own.body.data[0]?.id}`;
    expect((await access.call(reader, 'GET', item)).status).toBe(200);
    expect((await access.call(reader, 'DELETE', item)).status).toBe(404);
    // An administrator does all but own it.
    const admin = await access.key('adm', '--role', 'admin');
    expect((await access.call(admin, 'POST', `${of(id)}/items`, items)).status).toBe(200);
    expect((await access.call(admin, 'POST', of(id), { metadata: { a: 'b' } })).status).toBe(200);
    // An update stamps no new owner: the team still reads, by the creator's attributes.
    expect((await access.call(reader, 'GET', of(id))).body.metadata).toEqual({ a: 'b' });
    expect(await listed(access, ann)).toEqual([id]);
    expect((await access.call(admin, 'DELETE', of(id))).status).toBe(200);
  });

  test('shares nothing with those who merely share some attribute', async () => {
    await using access = await startAccessServer();
    const ann = await access.key('ann', '--team', 'core', '--role', 'user', '--namespace', 'n');
    const bob = await access.key('bob', '--team', 'core', '--role', 'user', '--namespace', 'n');
    const id = await create(access, ann);
    expect((await access.call(bob, 'GET', of(id))).status).toBe(404);
    expect(await listed(access, bob)).toEqual([]);
  });

  test('pages are full and has_more is true only where it is, whatever lies between', async () => {
    await using access = await startAccessServer(TEAM);
    const ann = await access.key('ann', '--team', 'core', '--role', 'writer');
    const eve = await access.key('eve', '--team', 'other', '--role', 'writer');
    const reader = await access.key('rea', '--team', 'core');
    const mine: string[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      mine.push(await create(access, ann));
      await create(access, eve);
      await create(access, eve);
    }
    const walked: string[] = [];
    let query = '?limit=5';
    for (;;) {
      const { body } = await access.call(reader, 'GET', `${CONVERSATIONS}${query}`);
      walked.push(...body.data.map(({ id }) => id));
      expect(body.data).toHaveLength(Math.min(5, 12 - (walked.length - body.data.length)));
      expect(body.has_more).toBe(walked.length < 12);
      if (!body.has_more) break;
      query = `?limit=5&after=${walked.at(-1)}`;
    }
    expect(walked).toEqual(mine.toReversed());
  });

  test('an item appended by a colleague belongs to the conversation, not to the colleague', async () => {
    await using access = await startAccessServer(TEAM);
    const ann = await access.key('ann', '--role', 'writer');
    const admin = await access.key('adm', '--role', 'admin');
    const id = await create(access, ann);
    const posted = await access.call(admin, 'POST', `${of(id)}/items`, {
      items: [{ role: 'assistant', content: 'from a colleague' }],
    });
    const item = posted.body.data[0]?.id ?? '';
    expect((await access.call(ann, 'GET', `${of(id)}/items/${item}`)).status).toBe(200);
    expect((await access.call(ann, 'DELETE', `${of(id)}/items/${item}`)).status).toBe(200);
  });

  test('is explained by the command line, with the rule', async () => {
    await using access = await startAccessServer(TEAM);
    const id = await create(access, await access.key('ann', '--team', 'core', '--role', 'writer'));
    const check = (...more: string[]) =>
      access.command('policy', 'check', '--action', 'read', '--conversation', id, ...more);
    expect(await check('--as', 'ann')).toMatch(/^yes: permit by the rule at .*line 8 of /);
    expect(await check('--as', 'rea', '--team', 'core')).toMatch(
      /^yes: .*Teams read what their members write\.$/,
    );
    expect(await check('--as', 'eve')).toBe('no: no rule matches.');
    expect(await check('--as', 'eve', '--tenant', 'x')).toMatch(/^no: the tenant x has no/);
    expect(await access.command('policy', 'check', '--as', 'eve', '--action', 'create')).toMatch(
      /^no: forbid by the rule at .*line 5 of /,
    );
  });

  test('lets nobody read through an update what they may not read', async () => {
    await using access = await startAccessServer(
      'auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [create, read, update, delete] }\n      when: user is owner\n    - permit: { actions: [update] }\n      when: user with bot in roles\n',
    );
    const ann = await access.key('ann');
    const bot = await access.key('bot', '--role', 'bot');
    const id = await create(access, ann, { secret: 's3' });
    const items = { items: [{ role: 'user', content: 'x' }] };
    const added = await access.call(ann, 'POST', `${of(id)}/items`, items);
    const item = `${of(id)}/items/${added.body.data[0]?.id}`;
    expect((await access.call(bot, 'POST', `${of(id)}/items`, items)).status).toBe(200);
    expect((await access.call(bot, 'DELETE', item)).status).toBe(404);
    expect((await access.call(ann, 'GET', item)).status).toBe(200);
  });

  test('may name a thousand conversations', async () => {
    const ids = Array.from({ length: 1200 }, (_, n) => `conversation::conv_${n}`);
    await using access = await startAccessServer(
      `auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [read], resource: [${ids.join(', ')}] }\n`,
    );
    const ann = await access.key('ann');
    expect(await listed(access, ann)).toEqual([]);
    expect((await access.call(ann, 'GET', of('conv_7'))).status).toBe(404);
  });

  test('is refused while nothing tells callers apart, and so is what belongs to a scheme', async () => {
    const rule = '  access_policy: [{ permit: { actions: [read] } }]\n';
    await expect(startAccessServer(`auth:\n${rule}`)).rejects.toThrow(
      'no authentication scheme is on',
    );
    await expect(startAccessServer('{}', '--user-isolation')).rejects.toThrow(
      'no authentication scheme',
    );
    await expect(startAccessServer('auth:\n  schemes:\n')).rejects.toThrow('schemes has no value');
  });

  test('is not switched off by an empty variable', async () => {
    await using folder = await temporaryFolder();
    const file = folder.path('c.yaml');
    await writeFile(file, 'auth: { schemes: [keys] }\nauth_headers_secret: s\n');
    const config = await loadConfig({
      arguments: ['--config', file],
      environment: { COLLOQUY_AUTH: '', COLLOQUY_AUTH_HEADERS_SECRET: '' },
    });
    expect(config.auth.schemes).toEqual(['keys']);
    expect(config.auth.headers?.secret?.value).toBe('s');
  });

  test('that is wrong is refused at start, with its line and the fix', async () => {
    await expect(
      startAccessServer(
        'auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [raed] }\n',
      ),
    ).rejects.toThrow(/access_policy\.0.*line 4 of .*there is no action 'raed'/);
  });
});

describe('what was written without authentication', () => {
  test('is nobody’s once it is on, until a rule or an adoption says otherwise', async () => {
    await using access = await startAccessServer();
    const database = ['--database-url', access.database.url];
    let old: string[];
    {
      await using open = await startServer(...database);
      const { conversations } = open.client;
      old = [
        (await conversations.create({ items: [{ role: 'user', content: 'old' }] })).id,
        (await conversations.create()).id,
      ];
    }
    const ann = await access.key('ann', '--team', 'core');
    expect(await listed(access, ann)).toEqual([]);
    expect((await access.call(ann, 'GET', of(old[0] ?? ''))).status).toBe(404);

    const one = await access.command('adopt', '--subject', 'ann', '--conversation', old[0] ?? '');
    expect(one).toBe('1 conversation now belongs to ann of default.');
    expect(await listed(access, ann)).toEqual([old[0]]);
    const items = await access.call(ann, 'GET', `${of(old[0] ?? '')}/items`);
    expect(items.body.data).toMatchObject([{ content: [{ text: 'old' }] }]);

    await access.command('adopt', '--subject', 'zoe', '--tenant', 'acme', '--team', 'core');
    await expect(access.command('adopt', '--subject', 'anonymous')).rejects.toThrow(
      'unusable_name',
    );
    await expect(access.command('adopt', '--subject', 'a', '--tenant', '')).rejects.toThrow(
      'unusable_name',
    );
    const zoe = await access.key('zoe', '--tenant', 'acme');
    expect(await listed(access, zoe)).toEqual([old[1]]);
    // The adopter's lists are stamped on it, for rules about what owners share.
    const as = ['--as', 'x', '--tenant', 'acme', '--team', 'core', '--action', 'read'];
    await writeFile(
      access.folder.path('colloquy.yaml'),
      'auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [read] }\n      when: user in owners teams\n',
    );
    expect(await access.command('policy', 'check', ...as, '--conversation', old[1] ?? '')).toMatch(
      /^yes/,
    );
  });

  test('can be shared by a rule for what is unowned', async () => {
    await using access = await startAccessServer(
      'auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [read] }\n      when: resource is unowned\n',
    );
    let id: string;
    {
      await using open = await startServer('--database-url', access.database.url);
      ({ id } = await open.client.conversations.create());
    }
    const ann = await access.key('ann');
    expect((await access.call(ann, 'GET', of(id))).status).toBe(200);
    expect((await access.call(ann, 'DELETE', of(id))).status).toBe(404);
    await expect(access.command('keys', 'create', '--subject', 'anonymous')).rejects.toThrow(
      'unusable_name',
    );
  });
});

describe('API keys', () => {
  test('a revoked key stops working within a second, also where it has just been used', async () => {
    await using access = await startAccessServer();
    const key = await access.key('ann');
    expect((await access.call(key, 'GET', CONVERSATIONS)).status).toBe(200);
    const [{ id } = { id: '' }] = JSON.parse(await access.command('keys', 'list', '--json')) as {
      id: string;
    }[];
    await access.command('keys', 'revoke', id);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect((await access.call(key, 'GET', CONVERSATIONS)).status).toBe(401);
    await expect(access.command('keys', 'revoke', id)).rejects.toThrow('no_such_key');
  });

  test('only a hash is kept, and when a key was used is', async () => {
    await using access = await startAccessServer();
    const key = await access.key('ann');
    expect(key).toMatch(/^clq_[\w-]{43}$/);
    expect(await access.command('keys', 'list')).toContain('never used');
    await access.call(key, 'GET', CONVERSATIONS);
    await expect.poll(() => access.command('keys', 'list')).toContain('last used 2');
    expect(await access.database.keepsOfKeys(key)).toBe(false);
    // A check that finds what is there.
    expect(await access.database.keepsOfKeys('ann')).toBe(true);
  });

  test('a new one stands alone on its line', async () => {
    await using access = await startAccessServer();
    const printed = await access.command('keys', 'create', '--subject', 'ann', '--expires', '90d');
    expect(printed.split('\n')).toHaveLength(2);
    expect(printed.split('\n')[1]).toMatch(/^clq_[\w-]{43}$/);
    await expect(access.command('keys', 'create')).rejects.toThrow('missing_flag');
    await expect(
      access.command('keys', 'create', '--subject', 'a', '--expires', 'soon'),
    ).rejects.toThrow('invalid_duration');
    await expect(access.command('keys', 'create', '--subjct', 'a')).rejects.toThrow('--subject');
  });
});

describe('tokens of an issuer', () => {
  const yaml = (issuer: string): string =>
    `auth:\n  schemes: [jwt]\n  jwt:\n    issuer: "${issuer}"\n    audience: colloquy\n    claims: { teams: groups, roles: realm.roles }\n  access_policy:\n    - permit: { actions: [create, read, update, delete] }\n      when: user is owner\n    - permit: { actions: [read] }\n      when: user in owners teams\n    - permit: { actions: [delete] }\n      when: user with two words in roles\n`;

  const slow = (issuer: string): string =>
    yaml(issuer).replace('audience: colloquy', 'audience: colloquy\n    keys_cooldown: 1');

  test('are taken by discovery; claims become the principal, and text is never split', async () => {
    await using issuer = await startIssuer();
    await using access = await startAccessServer(yaml(issuer.url));
    const ann = await issuer.token({ sub: 'ann lee', groups: ['core', 'x y'] });
    const id = await create(access, ann);
    expect(await listed(access, ann)).toEqual([id]);
    const read = async (groups: unknown): Promise<number> =>
      (await access.call(await issuer.token({ sub: 'bob', groups }), 'GET', of(id))).status;
    expect(await read('core')).toBe(200);
    expect(await read(['x y'])).toBe(200);
    expect(await read('x y core')).toBe(404);
    expect(await read(['x', 'y'])).toBe(404);
    expect(await read({ core: true })).toBe(404);
    const nested = await issuer.token({ sub: 'del', realm: { roles: ['two words'] } });
    expect((await access.call(nested, 'DELETE', of(id))).status).toBe(200);
    // One fetch of the keys served them all.
    expect(issuer.keyFetches()).toBe(1);
  });

  test('an unreachable issuer is 503 and not 401, and recovers by itself', async () => {
    await using issuer = await startIssuer();
    await using access = await startAccessServer(slow(issuer.url));
    const token = await issuer.token({});
    issuer.setOnline(false);
    const answer = await access.call(token, 'GET', CONVERSATIONS);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.body.error).toMatchObject({ type: 'server_error' });
    for (let n = 0; n < 20; n += 1) await access.call(token, 'GET', CONVERSATIONS);
    // One, and another for each second that this has taken.
    expect(issuer.requests()).toBeLessThanOrEqual(3);
    issuer.setOnline(true);
    await expect
      .poll(async () => (await access.call(token, 'GET', CONVERSATIONS)).status)
      .toBe(200);
    expect(access.server.failures.splice(0).length).toBeGreaterThan(0);
  });

  test('keys may rotate, and a flood of unknown key ids does not become a flood of fetches', async () => {
    await using issuer = await startIssuer();
    await using access = await startAccessServer(slow(issuer.url));
    const old = await issuer.token({});
    expect((await access.call(old, 'GET', CONVERSATIONS)).status).toBe(200);
    await issuer.rotate();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await access.call(await issuer.token({}), 'GET', CONVERSATIONS)).status).toBe(200);
    expect(issuer.keyFetches()).toBe(2);
    expect((await access.call(old, 'GET', CONVERSATIONS)).status).toBe(401);
    for (let n = 0; n < 20; n += 1) {
      const token = await issuer.token({}, { kid: `unknown-${n}` });
      expect((await access.call(token, 'GET', CONVERSATIONS)).status).toBe(401);
    }
    expect(issuer.keyFetches()).toBeLessThanOrEqual(4);
  });
});

describe('the keys of an issuer', () => {
  const yaml = (issuer: string): string =>
    `auth:\n  schemes: [jwt]\n  jwt: { issuer: "${issuer}", audience: colloquy, keys_cooldown: 1 }\n`;

  test('are not taken from a configuration that says it is another’s', async () => {
    await using issuer = await startIssuer();
    issuer.callItself('https://evil.example');
    await using access = await startAccessServer(yaml(issuer.url));
    expect((await access.call(await issuer.token({}), 'GET', CONVERSATIONS)).status).toBe(503);
    expect(issuer.keyFetches()).toBe(0);
    expect(String(access.server.failures.splice(0)[0])).toContain('another issuer');
  });

  test('are looked for again whatever another token was like', async () => {
    await using issuer = await startIssuer();
    await issuer.rotate('kept');
    await using access = await startAccessServer(yaml(issuer.url));
    const status = async (token: string): Promise<number> =>
      (await access.call(token, 'GET', CONVERSATIONS)).status;
    expect(await status(await issuer.token({}))).toBe(200);
    await issuer.rotate();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // Two keys might have signed it.
    expect(await status(await issuer.token({}, { kid: null }))).toBe(401);
    expect(await status(await issuer.token({}))).toBe(200);
  });

  test('that are known serve on while the issuer is away', async () => {
    await using issuer = await startIssuer();
    await using access = await startAccessServer(yaml(issuer.url));
    const known = await issuer.token({});
    expect((await access.call(known, 'GET', CONVERSATIONS)).status).toBe(200);
    issuer.setOnline(false);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // Looking for this one fails, and leaves the issuer alone for a while.
    const unknown = await issuer.token({}, { kid: 'unknown' });
    expect((await access.call(unknown, 'GET', CONVERSATIONS)).status).toBe(503);
    expect((await access.call(known, 'GET', CONVERSATIONS)).status).toBe(200);
    const another = await issuer.token({}, { kid: 'another' });
    expect((await access.call(another, 'GET', CONVERSATIONS)).status).toBe(503);
    expect(access.server.failures.splice(0).length).toBeGreaterThan(0);
    // So do those that are so old that they would be fetched anew.
    const asked = issuer.requests();
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 660_000);
    try {
      expect((await access.call(known, 'GET', CONVERSATIONS)).status).toBe(200);
      expect(issuer.requests()).toBe(asked + 1);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('headers of a gateway', () => {
  const yaml = 'auth:\n  schemes: [headers]\n  headers: { tenant: x-tenant, teams: x-teams }\n';
  const gateway = (subject: string, more = {}) => ({
    'x-colloquy-subject': subject,
    'x-colloquy-secret': 's3cret',
    'x-tenant': 'acme',
    ...more,
  });

  test('are believed with the shared secret only', async () => {
    await using access = await startAccessServer(yaml, '--auth-headers-secret', 's3cret');
    const { status, body } = await access.call(
      undefined,
      'POST',
      CONVERSATIONS,
      {},
      gateway('ann'),
    );
    expect(status).toBe(200);
    const get = async (headers: Record<string, string>): Promise<number> =>
      (await access.call(undefined, 'GET', of(body.id), undefined, headers)).status;
    expect(await get(gateway('ann'))).toBe(200);
    expect(await get(gateway('bob'))).toBe(404);
    expect(await get(gateway('ann', { 'x-tenant': 'other' }))).toBe(404);
    expect(await get(gateway('ann', { 'x-colloquy-secret': 'guess' }))).toBe(401);
    expect(await get({ 'x-colloquy-subject': 'ann', 'x-tenant': 'acme' })).toBe(401);
    expect(await get({})).toBe(401);
    // Two of one header would be joined by the way, one of them perhaps the caller's own.
    const doubled = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...gateway('ann'), 'x-tenant': ['acme', 'acme'] };
      httpRequest(`${access.server.origin}${of(body.id)}`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(doubled).toBe(400);
  });

  test('are read as UTF-8, the secret too, and as they are where they are none', async () => {
    await using access = await startAccessServer(yaml, '--auth-headers-secret', 'geheim-ü');
    for (const secret of ['geheim-ü', Buffer.from('geheim-ü').toString('latin1')]) {
      const headers = gateway('ann', { 'x-colloquy-secret': secret });
      const answer = await access.call(undefined, 'GET', CONVERSATIONS, undefined, headers);
      expect(answer.status).toBe(200);
    }
  });

  test('are believed from listed addresses only', async () => {
    const at = (address: string): string => yaml.replace(' }', `, addresses: ["${address}"] }`);
    const headers = { 'x-colloquy-subject': 'ann', 'x-tenant': 'acme' };
    for (const [address, status] of [
      ['127.0.0.0/8', 200],
      ['10.0.0.0/8', 401],
    ] as const) {
      await using access = await startAccessServer(at(address));
      const answer = await access.call(undefined, 'GET', CONVERSATIONS, undefined, headers);
      expect(answer.status).toBe(status);
    }
  });

  test('that anybody could send are refused at start', async () => {
    await expect(startAccessServer(yaml)).rejects.toThrow('any caller could send');
    await expect(startAccessServer('{}', '--auth', 'jwt')).rejects.toThrow(
      'has no section in the config file',
    );
    await expect(startAccessServer('{}', '--auth', 'kees')).rejects.toThrow('one of keys');
  });
});

describe('the list of conversations', () => {
  test('filters, pages in both directions, and answers no more than it should', async () => {
    await using access = await startAccessServer();
    const ann = await access.key('ann');
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      ids.push(await create(access, ann, { parity: n % 2 === 0 ? 'even' : 'odd', 'k"[]': 'x' }));
    }
    const newest = ids.toReversed();
    expect(await listed(access, ann)).toEqual(newest);
    expect(await listed(access, ann, '?order=asc')).toEqual(ids);
    expect(await listed(access, ann, '?limit=3')).toEqual(newest.slice(0, 3));
    expect(await listed(access, ann, `?limit=3&after=${newest[2]}`)).toEqual(newest.slice(3, 6));
    expect(await listed(access, ann, `?limit=2&before=${newest[4]}`)).toEqual(newest.slice(2, 4));
    expect(await listed(access, ann, `?limit=2&order=asc&before=${ids[4]}`)).toEqual(
      ids.slice(2, 4),
    );
    expect(await listed(access, ann, '?metadata[parity]=odd&order=asc')).toEqual([
      ids[1],
      ids[3],
      ids[5],
    ]);
    expect(await listed(access, ann, '?metadata[parity]=odd&metadata[none]=x')).toEqual([]);
    const key = encodeURIComponent('metadata[k"[]]');
    expect(await listed(access, ann, `?${key}=x`)).toHaveLength(7);
    const now = Math.floor(Date.now() / 1000);
    expect(await listed(access, ann, `?created_after=${now + 5}`)).toEqual([]);
    expect(await listed(access, ann, `?created_before=${now - 60}`)).toEqual([]);
    // Moments that no database can say lie behind and before everything.
    for (const end of ['9223372036854775', '9'.repeat(30), '9'.repeat(400)]) {
      expect(await listed(access, ann, `?created_after=${end}`)).toEqual([]);
      expect((await listed(access, ann, `?created_before=${end}`)).length).toBeGreaterThan(0);
      expect(await listed(access, ann, `?created_before=-${end}`)).toEqual([]);
    }
    expect(
      await listed(access, ann, `?created_after=${now - 60}&created_before=${now + 5}`),
    ).toHaveLength(7);
    const first = await access.call(ann, 'GET', `${CONVERSATIONS}?limit=2`);
    expect(first.body).toMatchObject({
      object: 'list',
      has_more: true,
      first_id: newest[0],
      last_id: newest[1],
    });
    const empty = await access.call(ann, 'GET', `${CONVERSATIONS}?after=${ids[0]}`);
    expect(empty.body).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      has_more: false,
      last_id: null,
    });
  });

  test.each([
    ['x'.repeat(23), '***'],
    [`abcd${'x'.repeat(16)}wxyz`, 'abcd***wxyz'],
    [`clq_${'x'.repeat(39)}wxyz`, 'clq_***wxyz'],
  ])('a refusal shows of the key %s no more than %s', async (key, shown) => {
    await using access = await startAccessServer();
    const { status, body } = await access.call(key, 'GET', CONVERSATIONS);
    expect(status).toBe(401);
    expect(body.error.message).toContain(`Incorrect API key provided: ${shown}. `);
  });

  test('a rule for one subject says nothing about others', async () => {
    await using access = await startAccessServer(
      'auth:\n  schemes: [keys]\n  access_policy:\n    - forbid: { actions: [create], principal: app }\n    - permit: { actions: [read], principal: auditor }\n    - permit: { actions: [create, read] }\n      when: user is owner\n',
    );
    const keys = [await access.key('app'), await access.key('auditor'), await access.key('ann')];
    const [app, auditor, ann] = keys;
    const made: number[] = [];
    for (const key of keys) made.push((await access.call(key, 'POST', CONVERSATIONS, {})).status);
    expect(made).toEqual([403, 200, 200]);
    const { body } = await access.call(ann, 'POST', CONVERSATIONS, {});
    const seen: number[] = [];
    for (const key of [app, auditor, ann]) {
      seen.push((await access.call(key, 'GET', of(body.id))).status);
    }
    expect(seen).toEqual([404, 200, 200]);
  });

  test('the isolation key gets nobody around a rule for the subject, or around its rate limit', async () => {
    await using access = await startAccessServer(
      'auth:\n  schemes: [keys]\n  access_policy:\n    - forbid: { actions: [create], principal: app }\n    - permit: { actions: [create, read] }\n      when: user is owner\n',
      '--user-isolation',
      '--rate-limit-per-principal',
      '3',
    );
    const app = await access.key('app');
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const headers = { 'x-ms-user-isolation-key': `u${n}/é` };
      statuses.push((await access.call(app, 'POST', CONVERSATIONS, {}, headers)).status);
    }
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
  });

  test('takes as many metadata filters as metadata has pairs', async () => {
    await using server = await startServer();
    const filters = (count: number): string =>
      Array.from({ length: count }, (_, n) => `metadata[k${n}]=v`).join('&');
    expect((await server.request(`${CONVERSATIONS}?${filters(16)}`)).status).toBe(200);
    expect((await server.request(`${CONVERSATIONS}?${filters(17)}`)).status).toBe(400);
  });

  test.each([
    ['limit=0', 'limit', 400],
    ['after=a&before=b', null, 400],
    ['after=conv_none', 'after', 404],
    ['before=conv_none', 'before', 404],
    ['created_after=soon', 'created_after', 400],
    ['metadat[k]=v', 'metadat[k]', 400],
    ['metadata=v', 'metadata', 400],
    ['metadata=v&metadata[k]=v', 'metadata', 400],
  ])('%s is refused', async (query, param, status) => {
    await using server = await startServer();
    const answer = await server.request(`${CONVERSATIONS}?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { param } });
  });

  test('is marked as an extension in the document', async () => {
    await using server = await startServer();
    expect((await server.request('/openapi.json')).body).toMatchObject({
      paths: { '/v1/conversations': { get: { 'x-colloquy-extension': true } } },
    });
  });

  test('the isolation key sets users of one key apart, when it is on', async () => {
    await using access = await startAccessServer('auth: { schemes: [keys] }\n', '--user-isolation');
    const app = await access.key('app');
    const as = (key: string) => ({ 'x-ms-user-isolation-key': key });
    const { body } = await access.call(app, 'POST', CONVERSATIONS, {}, as('u1'));
    expect((await access.call(app, 'GET', of(body.id), undefined, as('u1'))).status).toBe(200);
    expect((await access.call(app, 'GET', of(body.id), undefined, as('u2'))).status).toBe(404);
    expect((await access.call(app, 'GET', of(body.id))).status).toBe(404);
    const refused = await access.call(app, 'GET', `${CONVERSATIONS}?limit=0`, undefined, as('u1'));
    expect(refused.status).toBe(400);
    const check = [
      'policy',
      'check',
      '--action',
      'read',
      '--conversation',
      body.id,
      '--user-isolation',
    ];
    expect(await access.command(...check, '--as', 'app', '--isolation-key', 'u1')).toMatch(/^yes/);
    expect(await access.command(...check, '--as', 'app', '--isolation-key', 'u2')).toMatch(/^no/);
    expect(await access.command(...check, '--as', 'app')).toMatch(/^no/);
    // As a client's fetch sends it: the bytes of its UTF-8.
    const umlaut = as(Buffer.from('ü').toString('latin1'));
    const { id } = (await access.call(app, 'POST', CONVERSATIONS, {}, umlaut)).body;
    const spelt = ['--as', 'app', '--isolation-key', 'ü'];
    expect(await access.command(...check.with(5, id), ...spelt)).toMatch(/^yes/);
    const sly = await access.key('app#u1');
    expect((await access.call(sly, 'GET', of(body.id))).status).toBe(404);
  });
});

describe('protection', () => {
  test('a principal that asks too often gets 429, and others do not', async () => {
    await using access = await startAccessServer(
      '{}',
      '--auth',
      'keys',
      '--rate-limit-per-principal',
      '3',
    );
    const [ann, bob] = [await access.key('ann'), await access.key('bob')];
    for (let n = 0; n < 3; n += 1) {
      expect((await access.call(ann, 'GET', CONVERSATIONS)).status).toBe(200);
    }
    const limited = await access.call(ann, 'GET', CONVERSATIONS);
    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(limited.body.error).toMatchObject({ type: 'requests', code: 'rate_limit_exceeded' });
    expect((await access.call(bob, 'GET', CONVERSATIONS)).status).toBe(200);
    // Wrong credentials are nobody's and use up nobody's share.
    expect((await access.call('clq_wrong', 'GET', CONVERSATIONS)).status).toBe(401);
    expect((await access.call(bob, 'GET', CONVERSATIONS)).status).toBe(200);
  });

  test('an address that guesses keys gets 429 before they are looked at', async () => {
    await using access = await startAccessServer(
      '{}',
      '--auth',
      'keys',
      '--rate-limit-per-address',
      '2',
    );
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      statuses.push((await access.call(`clq_guess${n}`, 'GET', CONVERSATIONS)).status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
    expect((await access.call(undefined, 'GET', '/health')).status).toBe(200);
  });

  test('a request that trickles in is cut off with 408', async () => {
    await using server = await startServer('--request-timeout', '1');
    const { hostname, port } = new URL(server.origin);
    for (const start of [
      'GET /health HTTP/1.1\r\nhost: loc',
      'POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    ]) {
      const answer = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(Number(port), hostname, () => socket.write(start));
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
        socket.on('error', reject);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"type":"invalid_request_error"/);
    }
  });

  test('connections past the limit are turned away, and those within it are served', async () => {
    await using server = await startServer('--max-connections', '2');
    const { hostname, port } = new URL(server.origin);
    const open = (): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => resolve(socket));
        socket.on('error', reject);
      });
    const sockets = await Promise.all([open(), open(), open(), open()]);
    const closed = await Promise.all(
      sockets.map((socket) =>
        Promise.race([
          new Promise((resolve) => socket.on('close', () => resolve(true))),
          new Promise((resolve) => setTimeout(() => resolve(false), 300)),
        ]),
      ),
    );
    expect(closed.filter(Boolean).length).toBeGreaterThanOrEqual(2);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(async () => (await server.request('/health').catch(() => undefined))?.status)
      .toBe(200);
  });

  test('pages of other origins may call only where that is said', async () => {
    const preflight = {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers':
          'authorization,content-type,x-stainless-lang,x-stainless-runtime-version',
      },
    };
    {
      await using server = await startServer();
      const answer = await fetch(`${server.origin}${CONVERSATIONS}`, preflight);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    await using server = await startServer('--cors-origins', 'https://app.example.com');
    for (const origin of ['https://app.example.com', undefined]) {
      const headers = origin === undefined ? {} : { origin };
      for (const path of ['/v1/conversations/conv_none', '/health', '/none']) {
        const { headers: answered } = await server.request(path, { headers });
        expect(answered.get('content-type')).toBe('application/json');
        expect(answered.get('vary')).toContain('Origin');
      }
    }
    const answer = await fetch(`${server.origin}${CONVERSATIONS}`, preflight);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(answer.headers.get('access-control-allow-headers')).toContain('x-stainless-lang');
    const get = await server.request('/health', { headers: { origin: 'https://app.example.com' } });
    expect(get.headers.get('access-control-expose-headers')).toContain('x-request-id');
    const other = await server.request('/health', { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(get.headers.get('x-powered-by')).toBeNull();
    expect(get.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

test('the audit log has a line for each change and each denial, and no words of anybody', async () => {
  await using access = await startAccessServer(
    'auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [create, read, update, delete] }\n      when: user is owner\n      description: Owners may.\n',
  );
  const log = access.folder.path('audit.jsonl');
  await using audited = await startServer(
    '--database-url',
    access.database.url,
    '--config',
    access.folder.path('colloquy.yaml'),
    '--audit-log',
    log,
  );
  const [ann, bob] = [await access.key('ann'), await access.key('bob')];
  const call = async (token: string, method: string, path: string, body?: unknown) =>
    audited.request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-request-id': `${method}-1`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const created = await call(ann, 'POST', CONVERSATIONS, {
    items: [{ role: 'user', content: 'hush-hush' }],
  });
  const { id } = created.body as { id: string };
  await call(ann, 'GET', of(id));
  await call(bob, 'GET', of(id));
  await call(bob, 'DELETE', of('conv_none'));
  await call(ann, 'POST', of(id), { metadata: { k: 'hush-hush' } });
  await call(ann, 'DELETE', of(id));
  await call('clq_wrong', 'GET', of(id));
  await call('sk-of-somebody', 'GET', of(id));
  await audited.request(of(id), { headers: { 'x-request-id': 'GET-1' } });
  const text = readFileSync(log, 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const common = { time: expect.stringMatching(/^\d{4}-/), tenant: 'default' };
  expect(lines).toEqual([
    {
      ...common,
      request_id: 'POST-1',
      principal: 'ann',
      operation: 'createConversation',
      action: 'create',
      resource: null,
      outcome: 'done',
      rule: 'Owners may.',
    },
    {
      ...common,
      request_id: 'GET-1',
      principal: 'bob',
      operation: 'getConversation',
      action: 'read',
      resource: id,
      outcome: 'denied',
      rule: null,
    },
    {
      ...common,
      request_id: 'DELETE-1',
      principal: 'bob',
      operation: 'deleteConversation',
      action: 'delete',
      resource: 'conv_none',
      outcome: 'absent',
      rule: null,
    },
    {
      ...common,
      request_id: 'POST-1',
      principal: 'ann',
      operation: 'updateConversation',
      action: 'update',
      resource: id,
      outcome: 'done',
      rule: 'Owners may.',
    },
    {
      ...common,
      request_id: 'DELETE-1',
      principal: 'ann',
      operation: 'deleteConversation',
      action: 'delete',
      resource: id,
      outcome: 'done',
      rule: 'Owners may.',
    },
    ...[
      ['keys', 'unknown key'],
      ['none', 'unknown token'],
      ['none', 'no credentials'],
    ].map(([scheme, reason]) => ({
      time: common.time,
      request_id: 'GET-1',
      principal: null,
      outcome: 'unauthenticated',
      scheme,
      reason,
    })),
  ]);
  expect(text).not.toContain('hush-hush');
  expect(text).not.toContain('clq_');
  expect(statSync(log).mode & 0o077).toBe(0);
});

test('the audit log says that a deletion was denied where only the reading was', async () => {
  await using access = await startAccessServer(
    'auth:\n  schemes: [keys]\n  access_policy:\n    - permit: { actions: [create, read, update, delete] }\n      when: user is owner\n    - permit: { actions: [update] }\n    - forbid: { actions: [read] }\n      description: Others read nothing.\n',
  );
  const log = access.folder.path('audit.jsonl');
  const shared = ['--database-url', access.database.url];
  const config = ['--config', access.folder.path('colloquy.yaml')];
  await using audited = await startServer(...shared, ...config, '--audit-log', log);
  const [ann, bot] = [await access.key('ann'), await access.key('bot')];
  const id = await create(access, ann);
  const items = { items: [{ role: 'user', content: 'x' }] };
  const added = await access.call(ann, 'POST', `${of(id)}/items`, items);
  const item = `${of(id)}/items/${added.body.data[0]?.id}`;
  for (const token of [bot, ann]) {
    const headers = { authorization: `Bearer ${token}` };
    await audited.request(item, { method: 'DELETE', headers });
  }
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const common = { operation: 'deleteConversationItem', action: 'update', resource: id };
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { ...common, principal: 'bot', outcome: 'denied', rule: 'Others read nothing.' },
    { ...common, principal: 'ann', outcome: 'done', rule: expect.stringContaining('line 4 of') },
  ]);
});
