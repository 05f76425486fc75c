import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { gatewayYaml, jwtYaml, loadYaml } from '../support/settings.ts';

test.each([
  [
    jwtYaml({ tenant: 'main', claims: '{ tenant: org }' }),
    /^auth\.jwt\.tenant, .*: it would never be used, since claims names a tenant/,
  ],
  [
    gatewayYaml('tenant: x-org, default_tenant: main'),
    /^auth\.headers\.default_tenant, .*: it would never be used, since tenant names a header/,
  ],
])(
  'one tenant for all callers and one for each are not taken together: %j',
  async (yaml, message) => {
    await expect(loadYaml(yaml)).rejects.toMatchObject({
      code: 'invalid_setting',
      message: expect.stringMatching(message),
      fix: expect.stringContaining('for one tenant'),
    });
  },
);

test('one tenant of all callers is taken when none of them brings its own', async () => {
  expect((await loadYaml(gatewayYaml('default_tenant: main'))).auth.headers?.tenant).toBe('main');
  expect((await loadYaml(jwtYaml({ tenant: 'main' }))).auth.jwt?.tenant).toBe('main');
  const { auth } = await loadYaml(jwtYaml({ claims: '{ tenant: org }' }));
  expect(auth.jwt?.tenant).toBe('default');
});

test('the scheme of a gateway needs its section or its secret, and the fix names both', async () => {
  await expect(loadConfig({ arguments: ['--auth', 'headers'] })).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/^--auth: the scheme headers has no section/),
    fix: expect.stringContaining('COLLOQUY_AUTH_HEADERS_SECRET alone'),
  });
  const both = ['--auth', 'headers', '--auth-headers-secret', 's'];
  const { auth } = await loadConfig({ arguments: both });
  expect(auth.headers?.headers).toEqual({ subject: 'x-colloquy-subject' });
  expect(auth.headers?.secret).toEqual({ header: 'x-colloquy-secret', value: 's' });
});

test('the scheme of tokens needs its section', async () => {
  const environment = { COLLOQUY_AUTH: 'jwt' };
  await expect(loadConfig({ environment })).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/^COLLOQUY_AUTH: the scheme jwt has no section/),
    fix: expect.stringMatching(/^Write a section auth: jwt: in the config file, as \S+ shows\.$/),
  });
});

test('headers that any caller could send are refused', async () => {
  await expect(
    loadYaml('auth: { schemes: [headers], headers: { teams: x-teams } }\n'),
  ).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/^auth\.headers, line 1 of .*: any caller could send/),
    fix: expect.stringContaining('addresses'),
  });
});

test.each([
  'auth: { jwt: { issuer: "https://issuer.example", audience: x } }\n',
  'auth: { access_policy: [] }\n',
  'auth_headers_secret: s\n',
])('settings of authentication are refused while no scheme is on: %j', async (yaml) => {
  await expect(loadYaml(yaml)).rejects.toMatchObject({
    code: 'authentication_is_off',
    fix: expect.stringContaining('--auth'),
  });
});

test('user isolation is refused while no scheme is on', async () => {
  await expect(loadConfig({ arguments: ['--user-isolation'] })).rejects.toMatchObject({
    code: 'authentication_is_off',
    message: expect.stringMatching(/^--user-isolation: /),
    fix: expect.stringContaining('--auth'),
  });
});

test('row-level security is refused on SQLite', async () => {
  await expect(loadConfig({ arguments: ['--rls', 'on'] })).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/^--rls: it is on, and the database is SQLite/),
    fix: expect.stringContaining('--database-url'),
  });
});

test('metrics follow authentication unless they are set', async () => {
  const metrics = async (...args: string[]) => (await loadConfig({ arguments: args })).metrics;
  expect(await metrics()).toBe('on');
  expect(await metrics('--auth', 'keys')).toBe('off');
  expect(await metrics('--auth', 'keys', '--metrics', 'true')).toBe('on');
  expect(await metrics('--metrics', 'off')).toBe('off');
  expect(await metrics('--metrics', '[::1]:9464')).toEqual({ host: '::1', port: 9464 });
});

test('metrics on the port of the API are refused', async () => {
  const own = ['--port', '9464', '--metrics', '127.0.0.1:9464'];
  await expect(loadConfig({ arguments: own })).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/^--metrics: /),
    fix: expect.stringContaining('another port'),
  });
  const free = ['--port', '0', '--metrics', '127.0.0.1:0'];
  expect((await loadConfig({ arguments: free })).metrics).toMatchObject({ port: 0 });
});

const MCP = '{ docs: { url: "http://127.0.0.1:1/mcp" } }';
const PROGRAM = '{ docs: { command: [docs] } }';
const TWICE =
  '[{ label: docs, url: "http://127.0.0.1:1" }, { label: docs, url: "http://127.0.0.1:2" }]';

test.each([
  ['mcp_programs', `mcp_servers: ${MCP}\nmcp_programs: ${PROGRAM}\n`],
  ['mcp_servers', `mcp_servers: ${TWICE}\n`],
])('MCP servers with one label are refused at %s, a key of the file', async (key, yaml) => {
  await expect(loadYaml(yaml)).rejects.toMatchObject({
    code: 'invalid_setting',
    message: `${key}: two MCP servers have the label docs.`,
    fix: expect.stringContaining('mcp_servers and of mcp_programs'),
  });
});

test('the rules of tenants are a list or a map by tenant', async () => {
  const inList = await loadYaml(
    'retention: { tenants: [{ tenant: acme, trash_days: 3 }, { tenant: globex, trash_days: 4 }] }\n',
  );
  const inMap = await loadYaml(
    'retention:\n  tenants:\n    acme: { trash_days: 3 }\n    globex: { trash_days: 4 }\n',
  );
  expect(inMap.retention.tenants).toEqual(inList.retention.tenants);
  expect(inMap.retention.tenants).toMatchObject([{ tenant: 'acme', trashDays: 3 }, {}]);
  await expect(
    loadYaml('retention:\n  tenants:\n    acme: { name: acme }\n'),
  ).rejects.toMatchObject({
    message: expect.stringMatching(/^Unknown setting retention\.tenants\.acme\.name \(line 3/),
  });
});

test('the console signs in only where tokens of an issuer are taken', async () => {
  await expect(
    loadYaml('auth: { schemes: [keys] }\nconsole: { oidc_client_id: web }\n'),
  ).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/^console\.oidc_client_id, line 2 of .*: no tokens/),
    fix: expect.stringContaining('auth: jwt:'),
  });
  const signsIn = `${jwtYaml({})}console: { oidc_client_id: web, oidc_audience_parameter: audience }\n`;
  expect((await loadYaml(signsIn)).console.oidc).toEqual({
    issuer: 'https://issuer.example',
    clientId: 'web',
    scope: 'openid',
    parameters: { audience: 'colloquy' },
  });
});

test('reads are written to an audit log that is there', async () => {
  await expect(loadConfig({ arguments: ['--audit-log-reads'] })).rejects.toMatchObject({
    code: 'invalid_setting',
    message: '--audit-log-reads: there is no audit log.',
    fix: expect.stringContaining('--audit-log'),
  });
});
