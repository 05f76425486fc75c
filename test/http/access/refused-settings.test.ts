import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/index.ts';
import { keysWithPolicy, startAccessServer } from '../../support/access.ts';
import { temporaryFolder } from '../../support/folder.ts';

test('a policy without a scheme of authentication is refused at start', async () => {
  const rule = '  access_policy: [{ permit: { actions: [read] } }]\n';
  await expect(startAccessServer(`auth:\n${rule}`)).rejects.toThrow(
    'no authentication scheme is on',
  );
});

test('user isolation without a scheme of authentication is refused at start', async () => {
  await expect(startAccessServer('{}', '--user-isolation')).rejects.toThrow(
    'no authentication scheme',
  );
});

test('an empty list of schemes is refused at start', async () => {
  await expect(startAccessServer('auth:\n  schemes:\n')).rejects.toThrow('schemes has no value');
});

test('an unknown scheme is refused at start', async () => {
  await expect(startAccessServer('{}', '--auth', 'kees')).rejects.toThrow('one of keys');
});

test('the scheme jwt without its section is refused at start', async () => {
  await expect(startAccessServer('{}', '--auth', 'jwt')).rejects.toThrow(
    'has no section in the config file',
  );
});

test('an empty environment variable does not switch authentication off', async () => {
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

test('a policy with an unknown action is refused at start, with its line and the fix', async () => {
  await expect(startAccessServer(keysWithPolicy('permit: { actions: [raed] }'))).rejects.toThrow(
    /access_policy\.0.*line 4 of .*there is no action 'raed'/,
  );
});
