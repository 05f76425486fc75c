import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, inject, test } from 'vitest';
import { conversationIds } from '../store/conformance/operations.ts';
import { at, exportTo, fillWithEverything, fillWithMany, importFrom } from '../support/archive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createDatabase } from '../support/postgres.ts';
import { runProcess, startProcess } from '../support/process.ts';
import { openOn } from '../support/store.ts';
import { KINDS } from '../support/stored.ts';

/** Returns how many conversations a SQLite file has. */
function countIn(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare('SELECT count(*) AS count FROM conversations').get()?.['count']);
}

test('an import ends at SIGINT with the advice to run it again', async () => {
  await using folder = await temporaryFolder();
  await fillWithMany(folder.path('large.db'), 20_000);
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

test.each(KINDS)(
  'an import into %s that was killed twice is completed by the third run',
  async (kind) => {
    await using folder = await temporaryFolder();
    const archive = folder.path('a.jsonl');
    await fillWithMany(folder.path('large.db'), 20_000);
    await exportTo(`sqlite:${folder.path('large.db')}`, archive);
    await using postgres = await createDatabase(inject('postgresUrl'));
    const isSqlite = kind === 'SQLite';
    const url = isSqlite ? `sqlite:${folder.path('target.db')}` : postgres.url;
    await (await openOn(url)).close();
    const count = async (): Promise<number> => {
      if (isSqlite) return countIn(folder.path('target.db'));
      const [row] = await postgres.run('SELECT count(*)::int AS count FROM conversations');
      return Number(row?.['count']);
    };
    for (let kill = 0; kill < 2; kill += 1) {
      const before = await count();
      await using importing = startProcess(['import', ...at(url)], { input: archive });
      await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(before);
      importing.child.kill('SIGKILL');
      expect(await importing.finished()).toMatchObject({ signal: 'SIGKILL' });
    }
    expect(await importFrom(archive, url)).toContain('there already');
    await exportTo(url, folder.path('b.jsonl'));
    const isSame = readFileSync(folder.path('b.jsonl')).equals(readFileSync(archive));
    expect(isSame, 'the export differs from the imported archive').toBe(true);
  },
);

/** Changes to an archive, with the record that conflicts with the stored one. */
const CONFLICTS: readonly [RegExp, string, string][] = [
  [/"data":\{"id":"msg_same"/, '"data":{"id":"msg_sane"', 'position 0 of conversation conv_same'],
  [/"id":"conv_same","owner":"o"/, '"id":"conv_same","owner":"p"', 'conversation conv_same'],
  [/"hash":"hash of other"/, '"hash":"hash of nobody"', 'API key key_other'],
  [/"revoked_at_ms":null/, '"revoked_at_ms":7', 'API key key_'],
  [/"next_position":1,/, '"next_position":2,', 'conversation conv_'],
  [/"is_hidden":1/, '"is_hidden":0', 'conversation conv_hidden'],
  [
    /"status":"completed","first/,
    '"status":"failed","first',
    'id resp_1 of conversation conv_hidden',
  ],
  [/"rest":\[\{"a":\[1\]\},2\]/, '"rest":null', 'id resp_odd of conversation conv_same'],
  [/"metadata":\{"a":"b"\}/, '"metadata":{"a":"c"}', 'conversation conv_'],
];

test('an archive of a program that knew no hidden conversations is imported as visible ones', async () => {
  await using folder = await temporaryFolder();
  const lines = [
    '{"colloquy_archive":1}',
    '{"conversation":{"tenant":"t","id":"conv_a","owner":"o","created_at_ms":1,"next_position":1,"attributes":{},"metadata":{}}}',
    '{"item":{"tenant":"t","conversation_id":"conv_a","position":0,"id":"i","type":"message","created_at_ms":1,"data":{}}}',
    '{"end":{"api_keys":0,"conversations":1,"items":1}}',
    '',
  ];
  writeFileSync(folder.path('old.jsonl'), lines.join('\n'));
  const url = `sqlite:${folder.path('target.db')}`;
  expect(await importFrom(folder.path('old.jsonl'), url)).toContain('1 conversation, 1 item');
  await using store = await openOn(url);
  expect(await conversationIds(store, [])).toEqual(['conv_a']);
  // A second import compares the records with the stored ones.
  expect(await importFrom(folder.path('old.jsonl'), url)).toContain('there already');
});

test.each(KINDS)(
  'an import into %s of a record that differs from the stored one is refused and changes nothing',
  async (kind) => {
    await using folder = await temporaryFolder();
    const archive = folder.path('a.jsonl');
    const changed = folder.path('changed.jsonl');
    const after = folder.path('after.jsonl');
    const first = await fillWithEverything(folder);
    await exportTo(first, archive);
    await using postgres = await createDatabase(inject('postgresUrl'));
    if (kind === 'PostgreSQL') await importFrom(archive, postgres.url);
    const target = kind === 'PostgreSQL' ? postgres.url : first;
    const text = readFileSync(archive, 'utf8');
    for (const [pattern, instead, place] of CONFLICTS) {
      writeFileSync(changed, text.replace(pattern, instead));
      const { code, stderr } = await runProcess(['import', ...at(target)], { input: changed });
      expect(code).toBe(1);
      expect(stderr).toContain(
        `colloquy: archive_conflict: The database has something else than the archive as ${place}`,
      );
      await exportTo(target, after);
      expect(readFileSync(after, 'utf8')).toBe(text);
    }
  },
);
