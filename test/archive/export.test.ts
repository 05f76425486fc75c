import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, inject, test } from 'vitest';
import { ARCHIVED_TABLES, columnList, type ArchivedTable } from '../../src/store/tables.ts';
import { at, exportTo, fillWithEverything, fillWithMany, importFrom } from '../support/archive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ITEM_SAMPLES } from '../support/item-samples.ts';
import { createDatabase } from '../support/postgres.ts';
import { runProcess, startProcess } from '../support/process.ts';
import { startServer } from '../support/server.ts';
import { openOn } from '../support/store.ts';

test('an archive that goes from SQLite to PostgreSQL and back stays the same to the byte', async () => {
  await using folder = await temporaryFolder();
  const first = await fillWithEverything(folder);
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
  expect(rowsOf(folder.path('last.db'))).toEqual(rowsOf(folder.path('first.db')));
  await using served = await startServer(...at(middle.url));
  const { status, body } = await served.request('/v1/conversations');
  expect(status).toBe(200);
  // Sound: the status is that of a list.
  expect((body as { data: unknown[] }).data).toHaveLength(7);
});

/** Returns every row of every archived table, without what a store derives from others. */
function rowsOf(path: string): unknown[] {
  using raw = new DatabaseSync(path);
  return Object.values<ArchivedTable>(ARCHIVED_TABLES).map((table) =>
    raw
      .prepare(
        `SELECT ${columnList(table)} FROM ${table.name} ORDER BY ${table.primaryKey.join(', ')}`,
      )
      .all(),
  );
}

test('an export of one tenant contains records of that tenant only', async () => {
  await using folder = await temporaryFolder();
  const url = await fillWithEverything(folder);
  await exportTo(url, folder.path('z.jsonl'), '--tenant', 'Z');
  const lines = readFileSync(folder.path('z.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  for (const line of lines.slice(1, -1)) expect(line).toContain('"tenant":"Z"');
});

test('an export to a reader that closes the pipe fails', async () => {
  await using folder = await temporaryFolder();
  const url = `sqlite:${folder.path('large.db')}`;
  await fillWithMany(folder.path('large.db'), 20_000);
  await using exporting = startProcess(['export', ...at(url)]);
  await exporting.firstLine();
  exporting.child.stdout?.destroy();
  const { code, stderr } = await exporting.finished();
  expect(code).toBe(1);
  expect(stderr).toContain('cannot_write');
});

test('an export that was cut off anywhere is completed by --continue', async () => {
  await using folder = await temporaryFolder();
  const url = await fillWithEverything(folder);
  const path = folder.path('cut.jsonl');
  await exportTo(url, path);
  const whole = readFileSync(path);
  const shares = [0, 0.001, 0.1, 0.45, 0.8, 0.97, 0.9999];
  const cuts = shares.map((share) => Math.floor(whole.length * share));
  // The last cut is in the middle of a character.
  for (const cut of [...cuts, whole.indexOf('ähnlich') + 1]) {
    writeFileSync(path, whole.subarray(0, cut));
    const { code, stderr } = await runProcess(['export', ...at(url), '--continue', path]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const isWhole = readFileSync(path).equals(whole);
    expect(isWhole, `cut at byte ${cut}, the export was not completed`).toBe(true);
  }
  const { stderr } = await runProcess(['export', ...at(url), '--continue', path]);
  expect(stderr).toContain('is whole already');
});

test('--continue refuses a file that is not an archive of the same tenant and database', async () => {
  await using folder = await temporaryFolder();
  const url = await fillWithEverything(folder);
  const path = folder.path('cut.jsonl');
  const refusalOf = async (text: string, ...more: readonly string[]): Promise<string> => {
    writeFileSync(path, text);
    const { code, stderr } = await runProcess(['export', ...more, '--continue', path]);
    expect(code).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(text);
    return stderr;
  };
  for (const text of ['the only copy of my notes', 'notes\n', 'notes\nmore notes\n']) {
    expect(await refusalOf(text, ...at(url))).toContain('unreadable_archive');
  }
  await exportTo(url, path, '--tenant', 'Z');
  const ofZ = readFileSync(path, 'utf8').slice(0, -20);
  expect(await refusalOf(ofZ, ...at(url))).toContain('Add --tenant Z');
  await exportTo(url, path);
  const ofAll = readFileSync(path, 'utf8').slice(0, -20);
  expect(await refusalOf(ofAll, ...at(url), '--tenant', 'Z')).toContain('Leave --tenant out');
  const other = `sqlite:${folder.path('other.db')}`;
  await (await openOn(other)).close();
  expect(await refusalOf(ofAll, ...at(other))).toContain('other_database');
});
