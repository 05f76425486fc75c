import { chmod, chown, copyFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createDatabase, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { runProcess } from '../support/process.ts';
import { openOn, openSession } from '../support/store.ts';

test('a server that cannot connect names the cause and the fix at start', async () => {
  await using postgres = await startPostgres();
  const refusalOf = async (change: Partial<URL>) => {
    const url = Object.assign(new URL(postgres.url), change).href;
    const { code, stderr } = await runProcess(['serve', '--port', '0', '--database-url', url]);
    expect(code).toBe(1);
    return stderr;
  };
  expect(await refusalOf({ port: '1' })).toMatch(/ECONNREFUSED.*\n.*fix: Check that PostgreSQL is/);
  expect(await refusalOf({ password: '' })).toMatch(
    /password.*\n.*fix: Put the password, which the server requires/,
  );
  expect(await refusalOf({ password: 'x' })).toMatch(/password.*\n.*fix: Check the user/);
  expect(await refusalOf({ pathname: '/none' })).toMatch(
    /does not exist\n.*fix: Create the database/,
  );
  expect(await refusalOf({ search: '?sslmode=require' })).toMatch(
    /SSL.*\n.*fix: .*sslmode=disable/,
  );
});

test('sslmode decides whether a connection is encrypted and how its certificate is checked', async () => {
  await using postgres = await startPostgres();
  await switchTlsOn(postgres);
  await using database = await createDatabase(postgres.url);
  const root = fixture('ca.crt');
  const isEncrypted = async (host: string, search: string) => {
    const url = Object.assign(new URL(database.url), {
      host: `${host}:${new URL(database.url).port}`,
      search,
    });
    await using store = await openOn(url.href);
    await store.ping();
    const [row] = await database.run(
      `SELECT bool_or(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE application_name = 'colloquy' AND datname = current_database()`,
    );
    return row?.['ssl'];
  };
  // The certificate names localhost alone, and the authority of the fixtures has signed it.
  expect(await isEncrypted('localhost', '?sslmode=disable')).toBe(false);
  expect(await isEncrypted('127.0.0.1', '?sslmode=require')).toBe(true);
  expect(await isEncrypted('127.0.0.1', `?sslmode=verify-ca&sslrootcert=${root}`)).toBe(true);
  expect(await isEncrypted('localhost', `?sslmode=verify-full&sslrootcert=${root}`)).toBe(true);
  await expect(
    isEncrypted('127.0.0.1', `?sslmode=verify-full&sslrootcert=${root}`),
  ).rejects.toThrow("does not match certificate's altnames");
  await expect(isEncrypted('localhost', '?sslmode=verify-full')).rejects.toThrow('certificate');
  await expect(isEncrypted('localhost', '?sslmode=verify-full&sslrootcert=/none')).rejects.toThrow(
    'cannot be read',
  );
});

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** Gives PostgreSQL the certificate of the fixtures. It refuses a key that another user may read. */
async function switchTlsOn({ url, folder }: PostgresServer): Promise<void> {
  const { uid, gid } = await stat(folder);
  for (const name of ['server.crt', 'server.key']) {
    const copy = join(dirname(folder), name);
    await copyFile(fixture(name), copy);
    await chmod(copy, 0o600);
    if (process.getuid?.() === 0) await chown(copy, uid, gid);
  }
  await using session = await openSession(url);
  await session.run(`ALTER SYSTEM SET ssl_cert_file = '${join(dirname(folder), 'server.crt')}'`);
  await session.run(`ALTER SYSTEM SET ssl_key_file = '${join(dirname(folder), 'server.key')}'`);
  await session.run('ALTER SYSTEM SET ssl = on');
  await session.run('SELECT pg_reload_conf()');
  await expect.poll(async () => (await session.run('SHOW ssl'))[0]?.['ssl']).toBe('on');
}
