import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { examine, findingOf, type Finding } from '../../support/doctor.ts';
import { temporaryFolder } from '../../support/folder.ts';

test('doctor reports a configuration with which no server would start', async () => {
  await using folder = await temporaryFolder();
  const file = folder.path('c.yaml');
  const first = async (...args: string[]): Promise<Finding | undefined> =>
    (await examine('sqlite::memory:', args)).findings[0];
  expect(await first('--prot', '1')).toMatchObject({
    state: 'failed',
    fix: expect.stringMatching(/--port/),
  });
  expect(await first('--host', '0.0.0.0')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/every client/),
  });
  await writeFile(
    file,
    'auth: { schemes: [keys], access_policy: [ { permit: { actions: [x] } } ] }',
  );
  expect(await first('--config', file)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/line 1/),
  });
  await writeFile(file, 'auth: [');
  expect(await first('--config', file)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/cannot be read/),
  });
  const served = await first('--host', '0.0.0.0', '--allow-anonymous');
  expect(served).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/every client that reaches it/),
  });
});

test('doctor warns of a config file that all users may change, and of a secret that they may read', async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.path('data'));
  const file = folder.path('c.yaml');
  const look = async (text: string, mode: number): Promise<Finding | undefined> => {
    await writeFile(file, text);
    await chmod(file, mode);
    const environment = { COLLOQUY_CONFIG: file };
    return findingOf(
      (await examine('sqlite::memory:', [], { environment })).findings,
      'config file',
    );
  };
  const policy = 'auth: { schemes: [keys], access_policy: [ { permit: { actions: [read] } } ] }';
  const password = 'database_url: "postgres://u:s3cret@h/d"';
  expect(await look('port: 1', 0o644)).toMatchObject({ state: 'ok' });
  expect(await look('port: 1', 0o666)).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/change/),
  });
  expect(await look(policy, 0o644)).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/policy/),
  });
  expect(await look(policy, 0o640)).toMatchObject({ state: 'ok' });
  expect(await look(password, 0o644)).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/a password/),
  });
  expect(
    await look('auth: { schemes: [headers] }\nauth_headers_secret: s3cret', 0o644),
  ).toMatchObject({ state: 'warning' });
});

test('doctor warns of a private key that all users may read', async () => {
  await using folder = await temporaryFolder();
  const file = folder.path('client.key');
  await writeFile(file, '');
  await chmod(file, 0o644);
  const url = `postgres://127.0.0.1:1/x?sslmode=require&sslcert=${file}&sslkey=${file}`;
  const { findings } = await examine(url);
  expect(findingOf(findings, 'key file')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/a private key/),
  });
});
