import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import OpenAI from 'openai';
import { describe, expect, inject, test } from 'vitest';

import { temporaryFolder, type Folder } from './support/folder.ts';
import { ITEM_SAMPLES } from './support/item-samples.ts';
import { createDatabase } from './support/postgres.ts';
import { minted, newConversation, openOn } from './support/store.ts';
import { runProcess, startProcess, urlOf, type RunningProcess } from './support/process.ts';
import { startServer } from './support/server.ts';
import { keepWriting, verifyBook, type Book } from './support/writers.ts';

const at = (url: string): string[] => ['--database-url', url];

async function exportTo(url: string, output: string, ...more: readonly string[]): Promise<void> {
  const { code, stderr } = await runProcess(['export', ...at(url), ...more], { output });
  expect(stderr).toMatch(/^colloquy: exported .+\.\n$/);
  expect(code).toBe(0);
}

async function importFrom(input: string, url: string): Promise<string> {
  const { code, stderr } = await runProcess(['import', ...at(url)], { input });
  expect(stderr).toMatch(/^colloquy: imported .+\.\n$/);
  expect(code).toBe(0);
  return stderr;
}

/** A database with everything that can be in one: tenants, owners, keys, linked items, gaps, every type, odd text. */
async function fill(folder: Folder): Promise<string> {
  const url = `sqlite:${folder.path('first.db')}`;
  {
    await using server = await startServer(...at(url));
    const post = async (path: string, body: unknown): Promise<{ id: string }> => {
      const answer = await server.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      return answer.body as { id: string };
    };
    const odd = '\u0000 \ud800 \u2028 💬 \\ " \n \r';
    const { id } = await post('/v1/conversations', {
      metadata: { [odd]: odd, ['__proto__']: 'x' },
    });
    for (const { type, prefix, sent } of ITEM_SAMPLES) {
      const extra = [1e21, -0, 1.5e-7, odd, { 7: 1, a: 2 }];
      const item = { type, ...sent, extra, id: `${prefix}_${type}` };
      await post(`/v1/conversations/${id}/items`, { items: [item] });
    }
    const linked = await post('/v1/conversations', { items: [{ id: 'msg_message' }] });
    await post(`/v1/conversations/${linked.id}/items`, { items: [{ role: 'user', content: odd }] });
    await server.client.conversations.items.delete('msg_message', { conversation_id: id });
    for (let n = 0; n < 5; n += 1) await server.client.conversations.create();
  }
  await using store = await openOn(url);
  for (const tenant of ['other', 'ähnlich', 'Z']) {
    await store.conversations.create({
      ...newConversation('conv_same', tenant),
      attributes: { teams: ['a', 'b'] },
      metadata: '{"a":"b"}',
      items: minted('msg_same'),
    });
    await store.keys.create({
      id: `key_${tenant}`,
      tenant,
      subject: 'somebody',
      attributes: { roles: ['admin'] },
      hash: `hash of ${tenant}`,
      createdAt: 1,
      expiresAt: tenant === 'Z' ? 2 : null,
      revokedAt: null,
      lastUsedAt: 3,
    });
  }
  return url;
}

describe('an archive', () => {
  test('goes from SQLite to PostgreSQL and back, and stays the same to the byte', async () => {
    await using folder = await temporaryFolder();
    const first = await fill(folder);
    await using middle = await createDatabase(inject('postgresUrl'));
    const last = `sqlite:${folder.path('last.db')}`;
    const files = ['first', 'middle', 'last'].map((name) => folder.path(`${name}.jsonl`));
    const [a = '', b = '', c = ''] = files;
    await exportTo(first, a);
    await importFrom(a, middle.url);
    await exportTo(middle.url, b);
    await importFrom(b, last);
    await exportTo(last, c);
    const text = readFileSync(a, 'utf8');
    expect(text.split('\n').length).toBeGreaterThan(ITEM_SAMPLES.length + 10);
    expect(readFileSync(b, 'utf8')).toBe(text);
    expect(readFileSync(c, 'utf8')).toBe(text);
    // And the tables themselves, row by row.
    const rows = (path: string): unknown[] => {
      using raw = new DatabaseSync(path);
      return ['conversations', 'items', 'api_keys'].map((table) =>
        raw.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all(),
      );
    };
    expect(rows(folder.path('last.db'))).toEqual(rows(folder.path('first.db')));
    await using served = await startServer(...at(middle.url));
    const { status, body } = await served.request('/v1/conversations');
    expect(status).toBe(200);
    expect((body as { data: unknown[] }).data).toHaveLength(7);
  });

  test('of one tenant has that tenant’s alone', async () => {
    await using folder = await temporaryFolder();
    const url = await fill(folder);
    await exportTo(url, folder.path('z.jsonl'), '--tenant', 'Z');
    const lines = readFileSync(folder.path('z.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines.slice(1, -1)) expect(line).toContain('"tenant":"Z"');
  });

  test('that was cut off anywhere is completed', async () => {
    await using folder = await temporaryFolder();
    const url = await fill(folder);
    const path = folder.path('cut.jsonl');
    await exportTo(url, path);
    const whole = readFileSync(path);
    const shares = [0, 0.001, 0.1, 0.45, 0.8, 0.97, 0.9999];
    const cuts = shares.map((share) => Math.floor(whole.length * share));
    // The last one in the middle of a character.
    for (const cut of [...cuts, whole.indexOf('ähnlich') + 1]) {
      writeFileSync(path, whole.subarray(0, cut));
      const { code, stderr } = await runProcess(['export', ...at(url), '--continue', path]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
    const { stderr } = await runProcess(['export', ...at(url), '--continue', path]);
    expect(stderr).toContain('is whole already');
  });

  test('is completed only where it is one, of the same tenant and the same database', async () => {
    await using folder = await temporaryFolder();
    const url = await fill(folder);
    const path = folder.path('cut.jsonl');
    const refused = async (text: string, ...more: readonly string[]): Promise<string> => {
      writeFileSync(path, text);
      const { code, stderr } = await runProcess(['export', ...more, '--continue', path]);
      expect(code).toBe(1);
      expect(readFileSync(path, 'utf8')).toBe(text);
      return stderr;
    };
    for (const text of ['the only copy of my notes', 'notes\n', 'notes\nmore notes\n']) {
      expect(await refused(text, ...at(url))).toContain('unreadable_archive');
    }
    await exportTo(url, path, '--tenant', 'Z');
    const ofZ = readFileSync(path, 'utf8').slice(0, -20);
    expect(await refused(ofZ, ...at(url))).toContain('Add --tenant Z');
    await exportTo(url, path);
    const ofAll = readFileSync(path, 'utf8').slice(0, -20);
    expect(await refused(ofAll, ...at(url), '--tenant', 'Z')).toContain('Leave --tenant out');
    const other = `sqlite:${folder.path('other.db')}`;
    await (await openOn(other)).close();
    expect(await refused(ofAll, ...at(other))).toContain('other_database');
  });

  test.each(['export', 'keys list', 'adopt --subject x'])(
    '%s of a database that is not there makes none',
    async (command) => {
      await using folder = await temporaryFolder();
      await using empty = await createDatabase(inject('postgresUrl'));
      for (const url of [`sqlite:${folder.path('none.db')}`, empty.url]) {
        const { code, stdout, stderr } = await runProcess([...command.split(' '), ...at(url)]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain('no_such_database');
      }
      expect(existsSync(folder.path('none.db'))).toBe(false);
      expect(await empty.run(`SELECT to_regclass('items') AS items`)).toEqual([{ items: null }]);
    },
  );

  test('that nobody reads to its end is given up', async () => {
    await using folder = await temporaryFolder();
    const url = `sqlite:${folder.path('large.db')}`;
    await fillMany(folder.path('large.db'), 20_000);
    await using exporting = startProcess(['export', ...at(url)]);
    await exporting.firstLine();
    exporting.child.stdout?.destroy();
    const { code, stderr } = await exporting.finished();
    expect(code).toBe(1);
    expect(stderr).toContain('cannot_write');
  });
});

/** Conversations in a SQLite file. */
function countIn(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare('SELECT count(*) AS count FROM conversations').get()?.['count']);
}

describe('an import', () => {
  async function refusal(folder: Folder, text: string | Buffer): Promise<string> {
    const path = folder.path('bad.jsonl');
    writeFileSync(path, text);
    const url = `sqlite:${folder.path('bad.db')}`;
    const { code, stderr } = await runProcess(['import', ...at(url)], { input: path });
    expect(code).toBe(1);
    return stderr;
  }

  test('stops when it is told to', async () => {
    await using folder = await temporaryFolder();
    await fillMany(folder.path('large.db'), 20_000);
    await exportTo(`sqlite:${folder.path('large.db')}`, folder.path('a.jsonl'));
    const target = `sqlite:${folder.path('target.db')}`;
    await (await openOn(target)).close();
    await using importing = startProcess(['import', ...at(target)], {
      input: folder.path('a.jsonl'),
    });
    await expect.poll(() => countIn(folder.path('target.db'))).toBeGreaterThan(0);
    importing.child.kill('SIGINT');
    const { code, stderr } = await importing.finished();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^colloquy: interrupted: .+\n {2}fix: Run it again/);
  });

  test('that was interrupted is completed by doing it again', async () => {
    await using folder = await temporaryFolder();
    await fillMany(folder.path('large.db'), 20_000);
    await exportTo(`sqlite:${folder.path('large.db')}`, folder.path('a.jsonl'));
    await using target = await createDatabase(inject('postgresUrl'));
    for (const url of [`sqlite:${folder.path('target.db')}`, target.url]) {
      await (await openOn(url)).close();
      const count = async (): Promise<number> => {
        if (url !== target.url) return countIn(folder.path('target.db'));
        const [row] = await target.run('SELECT count(*)::int AS count FROM conversations');
        return Number(row?.['count']);
      };
      for (let kill = 0; kill < 2; kill += 1) {
        const before = await count();
        await using importing = startProcess(['import', ...at(url)], {
          input: folder.path('a.jsonl'),
        });
        await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(before);
        importing.child.kill('SIGKILL');
        expect(await importing.finished()).toMatchObject({ signal: 'SIGKILL' });
      }
      expect(await importFrom(folder.path('a.jsonl'), url)).toContain('there already');
      await exportTo(url, folder.path('b.jsonl'));
      expect(
        readFileSync(folder.path('b.jsonl')).equals(readFileSync(folder.path('a.jsonl'))),
      ).toBe(true);
    }
  });

  test('says which line it cannot read, and keeps what stood in front of it', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('a.jsonl');
    await exportTo(await fill(folder), path);
    const lines = readFileSync(path, 'utf8').split('\n');
    const change = (index: number, ...instead: string[]): string =>
      lines.toSpliced(index, 1, ...instead).join('\n');
    expect(await refusal(folder, '')).toContain('the archive ends early');
    expect(await refusal(folder, 'hello\n')).toContain('Line 1 of the archive cannot be read');
    expect(await refusal(folder, change(0, '{"colloquy_archive":2}'))).toContain('newer version');
    expect(await refusal(folder, change(0))).toContain('does not begin an archive');
    expect(await refusal(folder, change(9, '{"item":{"a":1}}'))).toMatch(
      /Line 10 .* tenant is not/,
    );
    expect(await refusal(folder, change(9, '{"note":{}}'))).toContain('Line 10');
    const all = lines.join('\n');
    const first = all.indexOf('"teams":["a"');
    expect(first).toBeGreaterThan(0);
    expect(
      await refusal(folder, all.replace('"teams":["a"', String.raw`"teams":["a\u0000"`)),
    ).toContain('attributes is not lists of names');
    expect(
      await refusal(folder, all.replace('"owner":"o"', String.raw`"owner":"\ud800"`)),
    ).toContain('owner is not text');
    expect(await refusal(folder, all.replace('"position":1,', '"position":99999,'))).toContain(
      'has not given out',
    );
    expect(await refusal(folder, all.replace('"metadata":{"a":"b"}', '"metadata":[]'))).toContain(
      'metadata is not a JSON object',
    );
    expect(await refusal(folder, Buffer.from(all, 'latin1'))).toMatch(/Line \d+ .* is not UTF-8/);
    expect(await refusal(folder, change(9))).toContain('it counts other records');
    expect(await refusal(folder, lines.slice(0, -2).join('\n'))).toContain('ends early');
    expect(await refusal(folder, lines.join('\n').slice(0, -30))).toContain('it is not JSON');
    expect(await refusal(folder, `${lines.join('\n')}${lines[1]}\n`)).toContain('follows the end');
    // All of those stored what they could; the right file completes it.
    expect(await importFrom(path, `sqlite:${folder.path('bad.db')}`)).toContain('there already');
    await exportTo(`sqlite:${folder.path('bad.db')}`, folder.path('b.jsonl'));
    expect(readFileSync(folder.path('b.jsonl'), 'utf8')).toBe(lines.join('\n'));
  });

  test('of something else than what is there is refused, and changes nothing of it', async () => {
    await using folder = await temporaryFolder();
    const first = folder.path('a.jsonl');
    const url = await fill(folder);
    await exportTo(url, first);
    await using postgres = await createDatabase(inject('postgresUrl'));
    await importFrom(first, postgres.url);
    const text = readFileSync(first, 'utf8');
    const changes: [RegExp, string, string][] = [
      [
        /"data":\{"id":"msg_same"/,
        '"data":{"id":"msg_sane"',
        'position 0 of conversation conv_same',
      ],
      [/"id":"conv_same","owner":"o"/, '"id":"conv_same","owner":"p"', 'conversation conv_same'],
      [/"hash":"hash of other"/, '"hash":"hash of nobody"', 'API key key_other'],
      [/"revoked_at_ms":null/, '"revoked_at_ms":7', 'API key key_'],
      [/"next_position":1,/, '"next_position":2,', 'conversation conv_'],
      [/"metadata":\{"a":"b"\}/, '"metadata":{"a":"c"}', 'conversation conv_'],
    ];
    for (const [pattern, instead, place] of changes) {
      writeFileSync(folder.path('other.jsonl'), text.replace(pattern, instead));
      for (const target of [url, postgres.url]) {
        const { code, stderr } = await runProcess(['import', ...at(target)], {
          input: folder.path('other.jsonl'),
        });
        expect(code).toBe(1);
        expect(stderr).toContain(
          `colloquy: archive_conflict: The database has something else than the archive as ${place}`,
        );
        await exportTo(target, folder.path('b.jsonl'));
        expect(readFileSync(folder.path('b.jsonl'), 'utf8')).toBe(text);
      }
    }
  });
});

/** Conversations of two items each, quickly. */
async function fillMany(path: string, conversations: number): Promise<void> {
  await (await openOn(`sqlite:${path}`)).close();
  using raw = new DatabaseSync(path);
  raw.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${conversations})
    INSERT INTO conversations
    SELECT 'default', printf('conv_%08d', n), 'owner-' || n % 100, '{}', '{"n":"' || n || '"}', n, 2 FROM numbers;
    WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${conversations} * 2 + 1)
    INSERT INTO items
    SELECT 'default', printf('conv_%08d', n / 2), n % 2, 'msg_' || n, 'message',
      '{"id":"msg_' || n || '","type":"message","content":"' || hex(zeroblob(200)) || '"}', n FROM numbers;
  `);
}

test(
  '100,000 conversations go through export and import in little memory',
  { timeout: 180_000 },
  async () => {
    await using folder = await temporaryFolder();
    await fillMany(folder.path('a.db'), 100_000);
    await using middle = await createDatabase(inject('postgresUrl'));
    const peaks: string[] = [];
    const run = async (what: string, ...args: Parameters<typeof startProcess>): Promise<void> => {
      await using running = startProcess(...args);
      const peak = await peakMemory(running);
      expect(await running.finished()).toMatchObject({ code: 0 });
      peaks.push(`${what} ${peak} MB`);
      // The archive has 130 MB; what is held of it at a time does not grow with it.
      expect(peak).toBeLessThan(400);
    };
    const [a, b, c] = ['a', 'b', 'c'].map((name) => folder.path(`${name}.jsonl`)) as [
      string,
      string,
      string,
    ];
    const last = at(`sqlite:${folder.path('c.db')}`);
    await run('SQLite export', ['export', ...at(`sqlite:${folder.path('a.db')}`)], { output: a });
    await run('PostgreSQL import', ['import', ...at(middle.url)], { input: a });
    await run('PostgreSQL export', ['export', ...at(middle.url)], { output: b });
    await run('SQLite import', ['import', ...last], { input: b });
    await run('SQLite export', ['export', ...last], { output: c });
    expect(readFileSync(b).equals(readFileSync(a))).toBe(true);
    expect(readFileSync(c).equals(readFileSync(a))).toBe(true);
    console.info(
      `${Math.round(statSync(a).size / 1e6)} MB of archive; peak memory: ${peaks.join(', ')}`,
    );
  },
);

/** The most memory that a process has had at a time, in MB; 0 where the system does not say. */
async function peakMemory({ child }: RunningProcess): Promise<number> {
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended, or the system has no such file.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.round(peak);
}

describe('while a server is writing', () => {
  interface Load extends AsyncDisposable {
    readonly book: Book;
    readonly client: OpenAI;
  }

  /** Does the work while four writers write. The server stays until the load is disposed of. */
  async function underLoad(url: string, work: () => Promise<void>): Promise<Load> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(startProcess(['serve', '--port', '0', ...at(url)]));
    const client = new OpenAI({ baseURL: urlOf(await server.firstLine()), apiKey: 'any' });
    const book: Book = new Map();
    let isOver = false;
    const writers = Array.from({ length: 4 }, (_, writer) =>
      keepWriting({
        client,
        writer,
        book,
        isOver: () => isOver,
        onFailure: (error) => {
          throw error;
        },
      }),
    );
    const settled = Promise.allSettled(writers);
    try {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await work();
    } finally {
      isOver = true;
      await settled;
    }
    await Promise.all(writers);
    const serving = stack.move();
    return { book, client, [Symbol.asyncDispose]: () => serving.disposeAsync() };
  }

  test.each(['sqlite', 'postgres'])('an export from %s is of one moment', async (kind) => {
    await using folder = await temporaryFolder();
    await using database = await createDatabase(inject('postgresUrl'));
    const url = kind === 'sqlite' ? `sqlite:${folder.path('live.db')}` : database.url;
    const path = folder.path('live.jsonl');
    await using _load = await underLoad(url, () => exportTo(url, path));
    const copy = folder.path('copy.db');
    await importFrom(path, `sqlite:${copy}`);
    assertWhole(copy);
  });

  test('a backup is of one moment, and is restored by putting it in place', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('live.db');
    const copy = folder.path('copy.db');
    await using load = await underLoad(`sqlite:${path}`, async () => {
      const { code, stdout } = await runProcess(['backup', copy, ...at(`sqlite:${path}`)]);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `${copy} has everything that was there when the copy began.\n`,
      });
    });
    const { client, book } = load;
    expect(await verifyBook(client, book)).toBeGreaterThan(0);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const items = assertWhole(copy);
    expect(items).toBeGreaterThan(0);
    await using restored = await startServer(...at(`sqlite:${copy}`));
    for (const [id] of [...book].slice(0, 2)) {
      const { data } = await restored.client.conversations.items.list(id, { order: 'asc' });
      expect(data.map((item) => item.id)).toEqual(book.get(id)?.ids.slice(0, data.length));
    }
  });

  /** Every conversation has the items that its next position counts. */
  function assertWhole(path: string): number {
    using raw = new DatabaseSync(path);
    expect(raw.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    const broken = raw
      .prepare(
        `SELECT id FROM conversations
         WHERE next_position <> (SELECT count(*) FROM items WHERE conversation_id = conversations.id)`,
      )
      .all();
    expect(broken).toEqual([]);
    return Number(raw.prepare('SELECT count(*) AS n FROM items').get()?.['n']);
  }
});

describe('a backup', () => {
  test.each([
    ['without a name', [], 'missing_file'],
    ['of PostgreSQL', ['x.db', '--database-url', 'postgres://127.0.0.1/x'], 'backup_of_postgres'],
    ['of nothing', ['x.db', '--database-url', 'sqlite:none.db'], 'no_such_database'],
    ['of memory', ['x.db', '--database-url', 'sqlite::memory:'], 'no_such_database'],
  ])('%s is refused', async (_name, args, code) => {
    await using folder = await temporaryFolder();
    const { stderr } = await runProcess(['backup', ...args], { cwd: folder.path('.') });
    expect(stderr).toMatch(new RegExp(`^colloquy: ${code}: .+\n {2}fix: .+\n$`));
  });

  test('never overwrites a file', async () => {
    await using folder = await temporaryFolder();
    const url = await fill(folder);
    appendFileSync(folder.path('x.db'), 'mine');
    const { stderr } = await runProcess(['backup', folder.path('x.db'), ...at(url)]);
    expect(stderr).toContain('file_exists');
    expect(readFileSync(folder.path('x.db'), 'utf8')).toBe('mine');
  });
});
