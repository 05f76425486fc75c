import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadConfig, type Settings } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';

test('a program gives nested settings, with the types of the tables', async () => {
  const settings: Settings = {
    auth: {
      schemes: ['jwt', 'keys'],
      jwt: { issuer: 'https://issuer.example', audience: 'colloquy', clockTolerance: 5 },
      accessPolicy: [{ permit: { actions: ['read'] }, when: 'user is owner' }],
    },
  };
  const { auth } = await loadConfig({ settings });
  expect(auth.schemes).toEqual(['jwt', 'keys']);
  expect(auth.jwt).toMatchObject({ clockToleranceSeconds: 5, claims: { subject: 'sub' } });
  expect(auth.accessPolicy).toMatchObject([
    { permit: { actions: ['read'] }, when: ['user is owner'], origin: 'auth.accessPolicy.0' },
  ]);
  // @ts-expect-error The compiler refuses a key that is not in the tables.
  const misspelt: Settings = { auth: { jwt: { isuer: 'x' } } };
  await expect(loadConfig({ settings: misspelt })).rejects.toMatchObject({
    message: 'Unknown setting auth.jwt.isuer.',
    fix: expect.stringMatching(/^The nearest is issuer; /),
  });
});

test('a program gives the schemes alone as a text', async () => {
  expect((await loadConfig({ settings: { auth: 'keys' } })).auth.schemes).toEqual(['keys']);
});

test('nested settings of a program win over those of the config file, one by one', async () => {
  await using folder = await temporaryFolder();
  const file = folder.path('c.yaml');
  await writeFile(
    file,
    'auth:\n  schemes: [jwt]\n  jwt:\n    issuer: https://issuer.example\n    audience: from-file\n    keys_cooldown: 7\n',
  );
  const { auth } = await loadConfig({
    settings: { auth: { jwt: { audience: 'from-program' } } },
    arguments: ['--config', file],
  });
  expect(auth.schemes).toEqual(['jwt']);
  expect(auth.jwt).toMatchObject({ audience: 'from-program', keysCooldownSeconds: 7 });
});

test('an unknown setting of a program is refused with the names for programs', async () => {
  // Sound: the test is about a program that is not checked by the compiler.
  const settings = { prot: 1 } as Settings;
  await expect(loadConfig({ settings })).rejects.toMatchObject({
    code: 'unknown_setting',
    message: 'Unknown setting prot.',
    fix: expect.stringMatching(
      /^The nearest is port; there are host, port, drainTimeout, databaseUrl, /,
    ),
  });
});

test('times are in the unit that the key in the configuration names', async () => {
  const { database, requestTimeoutMs, drainTimeoutSeconds, slowRequestMs } = await loadConfig({
    settings: {
      databaseUrl: 'postgres://127.0.0.1/db',
      databaseStatementTimeout: 5,
      databaseLockTimeout: 6,
      requestTimeout: 7,
      drainTimeout: 8,
      slowRequest: 9,
    },
  });
  expect(database).toMatchObject({ statementTimeoutMs: 5000, lockTimeoutMs: 6000 });
  expect([requestTimeoutMs, drainTimeoutSeconds, slowRequestMs]).toEqual([7000, 8, 9]);
});

test('a host whose percent sign is not an encoding is refused', async () => {
  const settings = { databaseUrl: 'postgres://u:p@ho%zz/db' };
  await expect(loadConfig({ settings })).rejects.toMatchObject({ code: 'invalid_setting' });
});

test('settings of a program win over arguments', async () => {
  const config = await loadConfig({
    settings: { port: 0, userIsolation: false, databaseUrl: 'sqlite::memory:' },
    arguments: ['--port', '9', '--host', '::1'],
  });
  expect(config).toMatchObject({ port: 0, host: '::1', database: { path: ':memory:' } });
});

test('a number that does not fit is refused when a program gives it', async () => {
  await expect(loadConfig({ settings: { port: -1 } })).rejects.toThrow("port is '-1'");
});
