import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { gatewayYaml, jwtYaml, loadYaml } from '../support/settings.ts';

test.each([
  ['an audience', jwtYaml({ audience: '69234237810729019' }), 'auth.jwt.audience'],
  ['an issuer', jwtYaml({ issuer: '1' }), 'auth.jwt.issuer'],
  ['a tenant', jwtYaml({ tenant: '0123' }), 'auth.jwt.tenant'],
  ['a claim', jwtYaml({ claims: '{ teams: 0x10 }' }), 'auth.jwt.claims.teams'],
  ['a tenant of a gateway', gatewayYaml('default_tenant: 1e3'), 'auth.headers.default_tenant'],
  ['a header', gatewayYaml('teams: 1.0'), 'auth.headers.teams'],
  ['a header of the secret', gatewayYaml('secret_header: 1'), 'auth.headers.secret_header'],
  ['a secret', 'auth_headers_secret: 0123456\n', 'auth_headers_secret'],
  ['a name', 'database_application_name: 0x10\n', 'database_application_name'],
])('the config file refuses %s that YAML would read as a number', async (_name, yaml, key) => {
  await expect(loadYaml(yaml)).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(new RegExp(`^${key}, line 1 of \\S+c\\.yaml is not text\\.$`)),
    fix: `Write ${key.split('.').at(-1)}: "TEXT", in quotes.`,
  });
});

test.each([
  ['an empty audience', jwtYaml({ audience: '""' }), /^auth\.jwt\.audience, .* is empty/, '"TEXT"'],
  [
    'tokens without an issuer',
    'auth: { schemes: [jwt], jwt: { audience: x } }\n',
    /^auth\.jwt, line 1 of \S+c\.yaml: issuer is missing/,
    'Give issuer a URL',
  ],
  ['no algorithm', jwtYaml({ algorithms: '[]' }), /algorithms, .*: it is empty/, 'of: RS256'],
  [
    'an unknown algorithm',
    jwtYaml({ algorithms: '[HS256]' }),
    /^auth\.jwt\.algorithms, line 1 of \S+ is 'HS256', which is not one of RS256/,
    'one of RS256',
  ],
  [
    'a number above its limit',
    jwtYaml({ clock_tolerance: '601' }),
    /^auth\.jwt\.clock_tolerance, line 1 of \S+ is '601', which is not/,
    'from 0 to 600',
  ],
  [
    'a port above its limit',
    'port: 99999\n',
    /^port, line 1 of \S+c\.yaml is '99999'/,
    '0 to 65535',
  ],
  ['an unknown scheme', 'auth: { schemes: [kees] }\n', /^auth\.schemes, line 1 of/, 'one of keys'],
  [
    'an address that is not one',
    gatewayYaml('addresses: [10.0.0.0/33]'),
    /^auth\.headers\.addresses, line 1 of \S+ is '10\.0\.0\.0\/33'/,
    '10.0.0.0/8',
  ],
  ['a list in place of a number', 'port: [1]\n', /^port, line 1 of \S+ is not text/, 'port: TEXT'],
  [
    'a text in place of a section',
    'auth: { jwt: x }\n',
    /^auth\.jwt, .*: it is not a map/,
    'issuer',
  ],
  [
    'a map in place of a list',
    'auth: { access_policy: { permit: x } }\n',
    /^auth\.access_policy, .*: it is not a list/,
    '"- "',
  ],
])('the config file refuses %s, with its line and a fix', async (_name, yaml, message, fix) => {
  await expect(loadYaml(yaml)).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(message),
    fix: expect.stringContaining(fix),
  });
});

test('an unknown key of a section is refused with its line, the nearest key and all keys', async () => {
  const yaml = 'auth:\n  schemes: [jwt]\n  jwt:\n    isuer: https://issuer.example\n';
  await expect(loadYaml(yaml)).rejects.toMatchObject({
    code: 'unknown_setting',
    message: expect.stringMatching(/^Unknown setting auth\.jwt\.isuer \(line 4 of \S+c\.yaml\)\.$/),
    fix: expect.stringMatching(/^The nearest is issuer; there are issuer, audience, jwks_url, /),
  });
});

test('the config file is not named in the config file', async () => {
  await expect(loadYaml('config: other.yaml\n')).rejects.toMatchObject({
    code: 'unknown_setting',
  });
});

test('an empty config file gives nothing', async () => {
  const { configFile, ...config } = await loadYaml('');
  expect(configFile).toMatch(/c\.yaml$/);
  expect({ ...config, configFile: undefined }).toEqual(await loadConfig());
});

test('an empty audit log and an empty secret in the config file count as none', async () => {
  const { auditLog, auth } = await loadYaml('audit_log: ""\nauth_headers_secret: ""\n');
  expect([auditLog, auth.headers]).toEqual([undefined, undefined]);
});

test('schemes are a list or a text with commas in the config file', async () => {
  const schemes = async (yaml: string) => (await loadYaml(yaml)).auth.schemes;
  const headers = 'headers: { addresses: [10.0.0.1] }';
  expect(await schemes(`auth: { schemes: [keys, headers], ${headers} }\n`)).toEqual([
    'keys',
    'headers',
  ]);
  expect(await schemes(`auth: { schemes: "keys, headers", ${headers} }\n`)).toEqual([
    'keys',
    'headers',
  ]);
  expect(await schemes('auth: keys\n')).toEqual(['keys']);
});

test('a file that is not there, or not YAML, is refused without quoting it', async () => {
  await expect(loadConfig({ arguments: ['--config', '/no/such.yaml'] })).rejects.toMatchObject({
    code: 'unreadable_config',
    message: expect.stringContaining('ENOENT'),
  });
  await expect(loadYaml('port: 1\na: [\n')).rejects.toMatchObject({
    code: 'unreadable_config',
    message: expect.stringMatching(/line 3, column 1 is not YAML \(\w/),
    fix: expect.stringContaining('is YAML'),
  });
});

test('a flag wins over a variable, which wins over the config file', async () => {
  await using folder = await temporaryFolder();
  await writeFile(folder.path('c.yaml'), 'port: 1\nmax_page_size: 7\nmax_nesting: 9\n');
  const config = await loadConfig({
    arguments: ['--port', '3'],
    environment: {
      COLLOQUY_CONFIG: folder.path('c.yaml'),
      COLLOQUY_PORT: '2',
      COLLOQUY_MAX_PAGE_SIZE: '8',
      COLLOQUY_MAX_NESTING: '',
    },
  });
  expect(config).toMatchObject({ port: 3, maxPageSize: 8, maxNesting: 9 });
});
