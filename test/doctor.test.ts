import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { chmod, chown, mkdir, open, stat, statfs, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import OpenAI from 'openai';
import { describe, expect, inject, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { createDatabase, ordinaryRole } from './support/postgres.ts';
import { openOn } from './support/store.ts';
import { runProcess, startProcess, urlOf, type ProcessOptions } from './support/process.ts';
import { fillStore, KINDS, storedDatabase } from './support/stored.ts';

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
  readonly fix?: string;
}

/** Root may do everything, so what a user may not is tried as another one. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

/** What doctor finds; whatever it is, it is said in order, with a fix for what is not ok. */
async function examine(
  url: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<{ readonly code: number | null; readonly findings: readonly Finding[] }> {
  const all = ['doctor', '--json', ...(url === '' ? [] : ['--database-url', url]), ...args];
  const { code, stdout, stderr } = await runProcess(all, options);
  const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: Finding[] };
  const hasFailed = checks.some(({ state }) => state === 'failed');
  expect(healthy).toBe(!hasFailed);
  expect(code).toBe(hasFailed ? 1 : 0);
  expect(stderr).toMatch(hasFailed ? /^colloquy: unwell: .+\n {2}fix: .+\n$/ : /^$/);
  for (const { state, detail, fix } of checks) {
    expect(detail).toMatch(/^[^\n]+$/);
    if (state !== 'ok') expect(fix).toMatch(/^[^\n]+$/);
  }
  return { code, findings: checks };
}

const of = (findings: readonly Finding[], check: string): Finding | undefined =>
  findings.find((finding) => finding.check === check);
const states = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]));
const ALL_OK = { configuration: 'ok', database: 'ok', schema: 'ok', places: 'ok', items: 'ok' };

describe.each(KINDS)('a store on %s', (kind) => {
  test('that is well: a line for each check, nothing changed, no file left behind', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    if (kind === 'SQLite') await chmod(stored.path, 0o600);
    const before = kind === 'SQLite' ? readFileSync(stored.path) : undefined;
    const { code, findings } = await examine(stored.url);
    expect(code).toBe(0);
    expect(states(findings)).toEqual({
      ...ALL_OK,
      clock: 'ok',
      ...(kind === 'SQLite' ? { permissions: 'ok', space: 'ok', file: 'ok' } : { rights: 'ok' }),
    });
    expect(of(findings, 'places')?.detail).toBe('3 items of 2 conversations are where they belong');
    const { stdout } = await runProcess(['doctor', '--database-url', stored.url]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(findings.length);
    findings.forEach(({ check }, index) => expect(lines[index]).toMatch(`ok       ${check} `));
    if (before === undefined) return;
    expect(readFileSync(stored.path)).toEqual(before);
    expect(readdirSync(dirname(stored.path))).toEqual(['stored.db']);
  });

  test.each([
    [
      `DELETE FROM conversations WHERE tenant = 't' AND id = 'c'`,
      /: 1 has items and does not exist \(c\)/,
      `UPDATE items SET data = '{"id":"a"' WHERE id = 'a'`,
      /1 is not JSON \(a of c\)/,
    ],
    [
      `UPDATE conversations SET next_position = 2 WHERE id = 'c'`,
      /not counted \(c\)/,
      `UPDATE items SET data = '"a"' WHERE id = 'a'`,
      /not JSON/,
    ],
    [
      `UPDATE conversations SET next_position = 0 WHERE id = 'd'`,
      /not counted \(d\)/,
      `UPDATE items SET data = '{"id":"b"}' WHERE id = 'a'`,
      /1 has another id/,
    ],
    [
      `UPDATE items SET position = -1 WHERE id = 'a'`,
      /negative/,
      `UPDATE items SET data = '{}' WHERE id = 'a'`,
      /another id/,
    ],
  ])('where somebody has said %s', async (place, placeDetail, item, itemDetail) => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(place);
    await stored.run(item);
    const { findings } = await examine(stored.url);
    expect(findings.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({ check: 'places', detail: expect.stringMatching(placeDetail) }),
      expect.objectContaining({ check: 'items', detail: expect.stringMatching(itemDetail) }),
    ]);
  });

  test('the SQL that it advises mends what it has found', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`DELETE FROM conversations WHERE id = 'd'`);
    const statement = async (): Promise<string> => {
      const fix = of((await examine(stored.url)).findings, 'places')?.fix ?? '';
      return /(?:DELETE|UPDATE)[^;]+;/.exec(fix)?.[0] ?? fix;
    };
    await stored.run(await statement());
    await stored.run(`UPDATE conversations SET next_position = 1 WHERE id = 'c' AND tenant = 't'`);
    await stored.run(await statement());
    const { findings } = await examine(stored.url);
    expect(of(findings, 'places')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^2 items/),
    });
  });

  test('with a conversation from the future', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(
      `UPDATE conversations SET created_at = ${Date.now() + 3_600_000} WHERE id = 'd'`,
    );
    const { code, findings } = await examine(stored.url);
    expect(code).toBe(0);
    expect(of(findings, 'clock')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/3,(600|5\d\d) seconds/),
    });
  });

  test('with many items: a sample, and all of them with --full', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 6000)
      INSERT INTO items SELECT 'v', 'conv_' || (n / 100), n % 100, 'i' || n, 'message', '{"id":"i' || n || '"}', 1
      FROM number;
      INSERT INTO conversations SELECT DISTINCT tenant, conversation_id, 'o', '{}', '{}', 1, 100 FROM items
      WHERE tenant = 'v';
      UPDATE items SET data = '?' WHERE id = 'i3333'`);
    const sample = of((await examine(stored.url)).findings, 'items');
    expect(sample?.detail).toMatch(/^a sample \(--full checks all\): [\d,]+ items/);
    const drawn = Number(/: ([\d,]+) item/.exec(sample?.detail ?? '')?.[1]?.replace(',', ''));
    expect(drawn).toBeGreaterThan(500);
    expect(drawn).toBeLessThanOrEqual(2_000);
    const full = of((await examine(stored.url, ['--full'])).findings, 'items');
    expect(full).toMatchObject({
      state: 'failed',
      detail: '6,003 items: 1 is not JSON (i3333 of conv_33)',
    });
  });

  test('that is being written to', async () => {
    await using stored = await storedDatabase(kind);
    await using server = startProcess(['serve', '--port', '0', '--database-url', stored.url]);
    const baseURL = urlOf(await server.firstLine());
    const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 });
    const stop = new AbortController();
    const writing = [1, 2, 3].map(async () => {
      for (let count = 0; !stop.signal.aborted; count += 1) {
        const items = [{ role: 'user' as const, content: 'hello' }];
        const { id } = await client.conversations.create({ items });
        await client.conversations.items.create(id, { items });
        if (count % 3 === 0) await client.conversations.delete(id);
      }
    });
    for (let round = 0; round < 3; round += 1) {
      const { findings } = await examine(stored.url, ['--full']);
      expect(states(findings)).toMatchObject(ALL_OK);
    }
    stop.abort();
    await Promise.all(writing);
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 0 });
  });

  test('with a newer schema, an older one, none, and that of another program', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)`);
    const schema = async (): Promise<Finding | undefined> => {
      const { findings } = await examine(stored.url);
      expect(findings.at(-1)?.check).toBe('schema');
      return findings.at(-1);
    };
    expect(await schema()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/version 9999 \(future\)/),
    });
    await stored.run('DELETE FROM schema_migrations WHERE version > 1');
    expect(await schema()).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/^version 1, .* \d steps? more/),
    });
    await stored.run('DELETE FROM schema_migrations');
    expect(await schema()).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/no schema yet/),
    });
    await stored.run('DROP TABLE schema_migrations');
    expect(await schema()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/another program/),
    });
  });
});

describe('a SQLite file', () => {
  test('that is not there is not made', async () => {
    await using folder = await temporaryFolder();
    const { findings } = await examine(`sqlite:${folder.path('none.db')}`);
    expect(of(findings, 'database')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/There is no/),
    });
    expect(readdirSync(folder.path('.'))).toEqual([]);
    const memory = await examine('sqlite::memory:');
    expect(of(memory.findings, 'database')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/kept/),
    });
  });

  test('that is a text, and one that is a folder', async () => {
    await using folder = await temporaryFolder();
    await writeFile(
      folder.path('x.db'),
      'a letter to somebody, and no database at all\n'.repeat(99),
    );
    const { findings } = await examine(`sqlite:${folder.path('x.db')}`);
    expect(of(findings, 'database')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/not a database/),
    });
    const other = await examine(`sqlite:${folder.path('.')}`);
    expect(of(other.findings, 'database')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/not a file/),
    });
  });

  test.each([
    ['in the middle', 3, 'file'],
    ['at its beginning', 0, 'database'],
  ])('that is overwritten %s', async (_name, page, check) => {
    await using stored = await storedDatabase('SQLite');
    await fillStore(stored.url);
    await stored.run(`
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
      INSERT INTO items SELECT 't', 'd', n, 'i' || n, 'message', '{"id":"i' || n || '"}', 1 FROM number;
      UPDATE conversations SET next_position = 3001 WHERE id = 'd'`);
    const { size } = await stat(stored.path);
    const handle = await open(stored.path, 'r+');
    // Not the schema itself, but all behind it that is not odd.
    for (let at = page * 4096; at < size; at += 8 * 4096) {
      await handle.write(Buffer.alloc(page === 0 ? 50 : 4096, 0xa5), 0, null, at);
    }
    await handle.close();
    const { findings } = await examine(stored.url, ['--full']);
    expect(of(findings, check)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/damaged|not a database/),
    });
  });

  test('behind a folder that this user may not enter', async () => {
    await using stored = await storedDatabase('SQLite');
    await fillStore(stored.url);
    await chmod(dirname(stored.path), 0);
    const { findings } = await examine(stored.url, [], { user: NOBODY });
    await chmod(dirname(stored.path), 0o700);
    expect(of(findings, 'database')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/EACCES|permission/),
    });
  });

  test('that this user may read and not write, and that others may read', async () => {
    await using stored = await storedDatabase('SQLite');
    await fillStore(stored.url);
    await chmod(stored.path, 0o444);
    await chmod(dirname(stored.path), 0o555);
    const { findings } = await examine(stored.url, [], { user: NOBODY });
    await chmod(dirname(stored.path), 0o755);
    expect(of(findings, 'permissions')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/may not write/),
    });
    expect(states(findings)).toMatchObject(ALL_OK);
    await chmod(stored.path, 0o644);
    const readable = of((await examine(stored.url)).findings, 'permissions');
    expect(readable).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/every user .* may read/),
    });
    // A closed folder is as good as a closed file.
    await chmod(dirname(stored.path), 0o700);
    expect(of((await examine(stored.url)).findings, 'permissions')).toMatchObject({ state: 'ok' });
  });

  test.runIf(NOBODY)('whose log belongs to somebody else', async () => {
    await using stored = await storedDatabase('SQLite');
    await fillStore(stored.url);
    using holder = new DatabaseSync(stored.path);
    holder.exec('BEGIN IMMEDIATE; ROLLBACK');
    expect(existsSync(`${stored.path}-wal`)).toBe(true);
    await chown(`${stored.path}-wal`, NOBODY ?? 0, 0);
    const finding = of((await examine(stored.url)).findings, 'permissions');
    expect(finding).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/-wal belongs to another user/),
    });
  });

  test('that is larger than what is free beside it', async () => {
    await using stored = await storedDatabase('SQLite');
    await fillStore(stored.url);
    const { bavail, bsize } = await statfs(dirname(stored.path));
    // A hole in the file, which takes no room.
    await truncate(stored.path, 2 * bavail * bsize);
    const finding = of((await examine(stored.url)).findings, 'space');
    expect(finding).toMatchObject({ state: 'warning', detail: expect.stringMatching(/free in/) });
  });

  test('with what a crash has left in its log', async () => {
    await using stored = await storedDatabase('SQLite');
    await using server = startProcess(['serve', '--port', '0', '--database-url', stored.url]);
    const baseURL = urlOf(await server.firstLine());
    const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 });
    await client.conversations.create({ items: [{ role: 'user', content: 'hello' }] });
    server.child.kill('SIGKILL');
    await server.finished();
    const { findings } = await examine(stored.url);
    expect(of(findings, 'places')?.detail).toMatch(/^1 item of 1 conversation /);
    expect(existsSync(`${stored.path}-wal`)).toBe(true);
  });
});

describe('PostgreSQL', () => {
  test.each([
    ['out of reach', (url: URL) => Object.assign(url, { port: '1' }), /ECONNREFUSED/, /running/],
    [
      'with another password',
      (url: URL) => Object.assign(url, { password: 'x' }),
      /password/,
      /password/,
    ],
    [
      'without that database',
      (url: URL) => Object.assign(url, { pathname: '/none' }),
      /exist/,
      /CREATE/,
    ],
  ])('%s', async (_name, change, detail, fix) => {
    const { findings } = await examine(change(new URL(inject('postgresUrl'))).href);
    expect(findings.at(-1)).toMatchObject({
      check: 'database',
      state: 'failed',
      detail: expect.stringMatching(detail),
      fix: expect.stringMatching(fix),
    });
  });

  test('with another clock than this machine', async () => {
    await using stored = await storedDatabase('PostgreSQL');
    await fillStore(stored.url);
    const script = 'const now = Date.now; Date.now = () => now() + 60_000;';
    const { findings } = await examine(stored.url, [], {
      environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` },
    });
    expect(of(findings, 'clock')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/(60|59) seconds apart/),
    });
  });

  test('with a role that lacks rights, and with row-level security that is not asked for', async () => {
    await using database = await createDatabase(inject('postgresUrl'));
    const url = await ordinaryRole(database);
    await (await openOn(url)).close();
    const rights = async (...args: string[]): Promise<Finding | undefined> =>
      of((await examine(url, args)).findings, 'rights');
    expect(await rights('--rls', 'on')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/no row-level/),
    });
    await (await openOn(url, '--rls', 'on')).close();
    expect(await rights('--rls', 'on')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/is on$/),
    });
    expect(await rights()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/rls is off/),
    });
    await database.run(`REVOKE INSERT ON items FROM ${new URL(url).username}`);
    expect(await rights('--rls', 'on')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/INSERT on items/),
    });
  });
});

describe('the configuration', () => {
  test('that no server would start with', async () => {
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

  test('in files that others may read or change', async () => {
    await using folder = await temporaryFolder();
    await mkdir(folder.path('data'));
    const file = folder.path('c.yaml');
    const look = async (text: string, mode: number): Promise<Finding | undefined> => {
      await writeFile(file, text);
      await chmod(file, mode);
      const environment = { COLLOQUY_CONFIG: file };
      return of((await examine('sqlite::memory:', [], { environment })).findings, 'config file');
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

  test('with a private key that others may read', async () => {
    await using folder = await temporaryFolder();
    const file = folder.path('client.key');
    await writeFile(file, '');
    await chmod(file, 0o644);
    const url = `postgres://127.0.0.1:1/x?sslmode=require&sslcert=${file}&sslkey=${file}`;
    const { findings } = await examine(url);
    expect(of(findings, 'key file')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/a private key/),
    });
  });
});
