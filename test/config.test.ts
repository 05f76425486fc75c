import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/index.ts';
import { temporaryFolder } from './support/folder.ts';

async function load(yaml: string): ReturnType<typeof loadConfig> {
  await using folder = await temporaryFolder();
  await writeFile(folder.path('c.yaml'), yaml);
  return await loadConfig({ arguments: ['--config', folder.path('c.yaml')] });
}

const JWT = { issuer: '"https://issuer.example"', audience: '"colloquy"' };

/** A file with such a section for tokens. */
const tokens = (more: Readonly<Record<string, string>>): string =>
  `auth: { schemes: [jwt], jwt: { ${Object.entries({ ...JWT, ...more })
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} } }\n`;

const gateway = (more: string): string =>
  `auth: { schemes: [headers], headers: { addresses: [10.0.0.1], ${more} } }\n`;

describe('a config file', () => {
  test.each([
    ['an audience', tokens({ audience: '69234237810729019' }), 'audience is not text'],
    ['an issuer', tokens({ issuer: '1' }), 'issuer is not text'],
    ['a tenant', tokens({ tenant: '0123' }), 'tenant is not text'],
    ['a claim', tokens({ claims: '{ teams: 0x10 }' }), 'teams is not text'],
    ['a tenant of a gateway', gateway('default_tenant: 1e3'), 'default_tenant is not text'],
    ['a header', gateway('teams: 1.0'), 'teams is not text'],
    ['a header of the secret', gateway('secret_header: 1'), 'secret_header is not text'],
    ['a secret', 'auth_headers_secret: 0123456\n', 'auth_headers_secret is not text'],
    ['a name', 'database_application_name: 0x10\n', 'database_application_name is not text'],
  ])('is refused where YAML would read %s as a number', async (_name, yaml, message) => {
    await expect(load(yaml)).rejects.toThrow(message);
    await expect(load(yaml)).rejects.toMatchObject({ fix: expect.stringContaining('in quotes') });
  });

  test.each([
    [tokens({ audience: '""' }), 'audience is not text', '"TEXT"'],
    ['auth: { schemes: [jwt], jwt: { audience: x } }\n', 'issuer is missing', '"TEXT"'],
    [tokens({ algorithms: '[]' }), 'algorithms is empty', 'Use some of: RS256'],
    [tokens({ clock_tolerance: '601' }), 'clock_tolerance is not', 'from 0 to 600'],
    [
      tokens({ tenant: 'main', claims: '{ tenant: org }' }),
      'tenant would never be used beside claims: tenant:',
      'for one tenant',
    ],
    [
      gateway('tenant: x-org, default_tenant: main'),
      'default_tenant would never be used beside tenant:',
      'for one tenant',
    ],
    ['port: 99999\n', /^port, line 1 of \S+c\.yaml is '99999'/, '0 to 65535'],
    ['auth: { schemes: [kees] }\n', /^auth\.schemes, line 1 of/, 'one of keys'],
  ])('%j is refused', async (yaml, message, fix) => {
    await expect(load(yaml)).rejects.toThrow(message);
    await expect(load(yaml)).rejects.toMatchObject({ fix: expect.stringContaining(fix) });
  });
});

test('one tenant of all callers is taken where none of them brings its own', async () => {
  expect((await load(gateway('default_tenant: main'))).auth.headers?.tenant).toBe('main');
  expect((await load(tokens({ tenant: 'main' }))).auth.jwt?.tenant).toBe('main');
  expect((await load(tokens({ claims: '{ tenant: org }' }))).auth.jwt?.tenant).toBe('default');
});

describe('settings', () => {
  test('of a program are refused with the names that a program uses', async () => {
    const settings = { prot: 1 } as { port?: number };
    await expect(loadConfig({ settings })).rejects.toMatchObject({
      message: 'Unknown setting prot.',
      fix: expect.stringMatching(/^The nearest is port; there are host, port, databaseUrl, /),
    });
  });

  test('that name the gateway’s scheme alone are told that a secret is enough', async () => {
    await expect(loadConfig({ arguments: ['--auth', 'headers'] })).rejects.toMatchObject({
      fix: expect.stringContaining('COLLOQUY_AUTH_HEADERS_SECRET alone'),
    });
    const both = ['--auth', 'headers', '--auth-headers-secret', 's'];
    const { auth } = await loadConfig({ arguments: both });
    expect(auth.headers?.headers).toEqual({ subject: 'x-colloquy-subject' });
  });

  test('refuse a host whose percent sign means nothing', async () => {
    const settings = { databaseUrl: 'postgres://u:p@ho%zz/db' };
    await expect(loadConfig({ settings })).rejects.toMatchObject({ code: 'invalid_setting' });
  });

  test.each(['postgres://user:pa/ss@host/db', 'postgres://user:pass@host/db'])(
    'repeat no password of a stray argument: %s',
    async (url) => {
      const refused = expect(loadConfig({ arguments: [url] })).rejects;
      await refused.toThrow("Unexpected argument 'postgres://***@host/db'.");
    },
  );
});
