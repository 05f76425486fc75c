import { chmod, chown, copyFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createDatabase, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { minted, key, newConversation, openOn, openSession } from '../support/store.ts';
import { runProcess, startProcess, urlOf } from '../support/process.ts';
import { startServer } from '../support/server.ts';
import { assertUnavailable } from '../support/unavailable.ts';
import { keepWriting, verifyBook, type Book } from '../support/writers.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const clientOf = (url: string): OpenAI =>
  new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });

describe('a PostgreSQL that goes away', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  async function readiness(url: string): Promise<number> {
    return (await fetch(url.replace('/v1', '/ready'))).status;
  }

  test('and comes back under load loses nothing that was answered, and the server never restarts', async () => {
    await using database = await createDatabase(postgres.url);
    await using server = startProcess(['serve', '--port', '0', '--database-url', database.url]);
    const url = urlOf(await server.firstLine());
    const client = clientOf(url);
    const book: Book = new Map();
    let isOver = false;
    const writers = Array.from({ length: 6 }, (_, writer) =>
      keepWriting({
        client,
        writer,
        book,
        isOver: () => isOver,
        onFailure: async (error) => {
          assertUnavailable(error);
          await sleep(50);
        },
      }),
    );
    // Asked to stop, which ends its connections; killed, which makes it recover; both with a pause in between.
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      await sleep(500);
      expect(await readiness(url)).toBe(200);
      await postgres.stop(signal);
      expect(await readiness(url)).toBe(503);
      await sleep(500);
      await postgres.start();
      await expect.poll(() => readiness(url)).toBe(200);
    }
    await sleep(500);
    isOver = true;
    await Promise.all(writers);
    expect(await verifyBook(client, book)).toBeGreaterThan(50);
    expect(server.child.exitCode).toBeNull();
  });

  test('for a moment is waited for, and nobody notices', async () => {
    await using database = await createDatabase(postgres.url);
    await using store = await openOn(database.url);
    await store.conversations.create(newConversation('c'));
    await postgres.stop('SIGINT');
    const writing = Promise.all([
      store.conversations.appendItems({ ...key('c'), createdAt: 1, items: minted('a', 'b') }),
      store.conversations.update({ ...key('c'), metadata: '{"a":"b"}' }),
      store.conversations.get(key('c')),
      store.conversations.deleteItem({ ...key('c'), itemId: 'none' }),
    ]);
    await sleep(300);
    await postgres.start();
    expect(await writing).toMatchObject([{ items: [{}, {}] }, { id: 'c' }, { id: 'c' }, {}]);
  });

  test('is named at start, with what to do', async () => {
    const url = new URL(postgres.url);
    const refused = async (change: Partial<URL>) => {
      const other = Object.assign(new URL(url), change).href;
      const { code, stderr } = await runProcess(['serve', '--port', '0', '--database-url', other]);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await refused({ port: '1' })).toMatch(/ECONNREFUSED.*\n.*fix: Check that PostgreSQL is/);
    expect(await refused({ password: '' })).toMatch(
      /password.*\n.*fix: The server wants a password/,
    );
    expect(await refused({ password: 'x' })).toMatch(/password.*\n.*fix: Check the user/);
    expect(await refused({ pathname: '/none' })).toMatch(
      /does not exist\n.*fix: Make the database/,
    );
    expect(await refused({ search: '?sslmode=require' })).toMatch(
      /SSL.*\n.*fix: .*sslmode=disable/,
    );
  });

  test('speaks TLS as it is told to', async () => {
    await using database = await createDatabase(postgres.url);
    await switchTlsOn(postgres);
    const root = fixture('ca.crt');
    const connect = async (host: string, search: string) => {
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
    // The certificate is for localhost, by an authority of its own.
    expect(await connect('localhost', '?sslmode=disable')).toBe(false);
    expect(await connect('127.0.0.1', '?sslmode=require')).toBe(true);
    expect(await connect('127.0.0.1', `?sslmode=verify-ca&sslrootcert=${root}`)).toBe(true);
    expect(await connect('localhost', `?sslmode=verify-full&sslrootcert=${root}`)).toBe(true);
    await expect(connect('127.0.0.1', `?sslmode=verify-full&sslrootcert=${root}`)).rejects.toThrow(
      "does not match certificate's altnames",
    );
    await expect(connect('localhost', '?sslmode=verify-full')).rejects.toThrow('certificate');
    await expect(connect('localhost', '?sslmode=verify-full&sslrootcert=/none')).rejects.toThrow(
      'cannot be read',
    );
  });
});

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** Gives the server the certificate of the fixtures; its key must be its own user's alone. */
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

describe('a PostgreSQL that is not keeping up', () => {
  async function startOn(databaseUrl: string, ...settings: readonly string[]) {
    const server = await startServer('--database-url', databaseUrl, ...settings);
    const client = clientOf(server.url);
    const { id } = await client.conversations.create();
    const append = () =>
      client.conversations.items.create(id, { items: [{ role: 'user', content: 'x' }] });
    return {
      client,
      id,
      outcome: () => append().then(() => 'done', assertUnavailable),
      stop: async () => {
        // What was refused has been reported as the server's own fault, as it should be.
        server.failures.length = 0;
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test.each([
    ['a lock that is held for too long', ['--database-lock-timeout', '1']],
    [
      'a statement that runs for too long',
      ['--database-lock-timeout', '0', '--database-statement-timeout', '1'],
    ],
    ['no free connection', ['--database-pool-size', '1', '--database-lock-timeout', '8']],
  ])('has callers try again: %s', async (_name, settings) => {
    await using database = await createDatabase(inject('postgresUrl'));
    const { client, id, outcome, stop } = await startOn(database.url, ...settings);
    await using other = await openSession(database.url);
    await other.run('BEGIN');
    await other.run('SELECT id FROM conversations FOR UPDATE');
    const outcomes = Array.from({ length: 3 }, outcome);
    // With one connection, the first to have it waits for the lock, and the others for the connection.
    const waiting = settings.includes('--database-pool-size') ? outcomes.slice(1) : outcomes;
    for (const refused of await Promise.all(waiting)) expect(refused).toBeUndefined();
    await other.run('ROLLBACK');
    await Promise.all(outcomes);
    const { data } = await client.conversations.items.list(id);
    expect(await outcome()).toBe('done');
    expect((await client.conversations.items.list(id)).data).toHaveLength(data.length + 1);
    await stop();
  });

  test('is named by an export that waits for a lock in vain', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using store = await openOn(database.url);
    await store.conversations.create(newConversation('c'));
    await using other = await openSession(database.url);
    await other.run('BEGIN');
    await other.run('LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
    const settings = ['--database-url', database.url, '--database-lock-timeout', '1'];
    const { code, stderr } = await runProcess(['export', ...settings]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^colloquy: database_unavailable: .*lock timeout/m);
    await other.run('ROLLBACK');
  });

  test('connections that an operator ends are replaced', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    await using store = await openOn(database.url);
    await store.conversations.create(newConversation('c'));
    await using other = await openSession(database.url);
    const over = new AbortController();
    const killing = (async () => {
      while (!over.signal.aborted) {
        await other.run(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
        await sleep(10);
      }
    })();
    for (let n = 0; n < 200; n += 1) {
      const items = minted(`a${n}`, `b${n}`);
      expect(
        await store.conversations.appendItems({ ...key('c'), createdAt: 1, items }),
      ).toMatchObject({
        refused: undefined,
      });
    }
    over.abort();
    await killing;
    const rows = await other.run('SELECT position::int, id FROM items ORDER BY position');
    expect(rows).toEqual(
      Array.from({ length: 200 }, (_, n) => [`a${n}`, `b${n}`])
        .flat()
        .map((id, position) => ({ position, id })),
    );
  });
});
