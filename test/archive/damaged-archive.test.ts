import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, exportTo, fillWithEverything, importFrom } from '../support/archive.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { runProcess } from '../support/process.ts';

describe('an import of a damaged archive', () => {
  let folder: Folder;
  /** The undamaged archive. */
  let whole: string;
  let lines: readonly string[];
  beforeAll(async () => {
    folder = await temporaryFolder();
    await exportTo(await fillWithEverything(folder), folder.path('a.jsonl'));
    whole = readFileSync(folder.path('a.jsonl'), 'utf8');
    lines = whole.split('\n');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  /** Returns the archive with other lines in the place of the line `index`. */
  const withLine = (index: number, ...instead: readonly string[]): string =>
    lines.toSpliced(index, 1, ...instead).join('\n');

  /** Imports a text and returns the message with which that fails. */
  async function refusalOf(text: string | Buffer, database = 'bad.db'): Promise<string> {
    const path = folder.path('bad.jsonl');
    writeFileSync(path, text);
    const url = `sqlite:${folder.path(database)}`;
    const { code, stderr } = await runProcess(['import', ...at(url)], { input: path });
    expect(code).toBe(1);
    return stderr;
  }

  test('a file without the first line of an archive is refused', async () => {
    expect(await refusalOf('')).toContain('the archive ends early');
    expect(await refusalOf('hello\n')).toContain('Line 1 of the archive cannot be read');
    expect(await refusalOf(withLine(0, '{"colloquy_archive":2}'))).toContain('newer version');
    expect(await refusalOf(withLine(0))).toContain('does not begin an archive');
  });

  test('a line with a wrong value is refused with its number and the value', async () => {
    expect(await refusalOf(withLine(9, '{"item":{"a":1}}'))).toMatch(/Line 10 .* tenant is not/);
    expect(await refusalOf(withLine(9, '{"note":{}}'))).toContain('Line 10');
    expect(whole.indexOf('"teams":["a"')).toBeGreaterThan(0);
    expect(
      await refusalOf(whole.replace('"teams":["a"', String.raw`"teams":["a\u0000"`)),
    ).toContain('attributes is not lists of names');
    expect(await refusalOf(whole.replace('"owner":"o"', String.raw`"owner":"\ud800"`))).toContain(
      'owner is not text',
    );
    expect(await refusalOf(whole.replace('"position":1,', '"position":99999,'))).toContain(
      'has not given out',
    );
    for (const [field, instead] of [
      ['"end_position":2', '"end_position":3'],
      ['"first_output":1,"end_position":2', '"first_output":2,"end_position":1'],
    ] as const) {
      expect(await refusalOf(whole.replace(field, instead))).toContain(
        'its response has positions',
      );
    }
    expect(await refusalOf(whole.replace('"is_hidden":1', '"is_hidden":2'))).toContain(
      'is_hidden is not 0 or 1',
    );
    expect(await refusalOf(whole.replace('"rest":[', '"rest":{"a":['))).toContain('not JSON');
    expect(await refusalOf(whole.replace('"rest":[{"a":[1]},2]', '"rest":{}'))).toContain(
      'rest is not a JSON list',
    );
    expect(await refusalOf(whole.replace('"metadata":{"a":"b"}', '"metadata":[]'))).toContain(
      'metadata is not a JSON object',
    );
    expect(await refusalOf(Buffer.from(whole, 'latin1'))).toMatch(/Line \d+ .* is not UTF-8/);
  });

  test('an archive with a missing line, a missing end or an addition is refused', async () => {
    expect(await refusalOf(withLine(9))).toContain('it counts other records');
    expect(await refusalOf(lines.slice(0, -2).join('\n'))).toContain('ends early');
    expect(await refusalOf(whole.slice(0, -30))).toContain('it is not JSON');
    expect(await refusalOf(`${whole}${lines[1]}\n`)).toContain('follows the end');
  });

  test('an import of the undamaged archive completes what damaged ones have stored', async () => {
    const [database, url] = ['completed.db', `sqlite:${folder.path('completed.db')}`];
    await refusalOf(withLine(9, '{"note":{}}'), database);
    await refusalOf(whole.slice(0, -30), database);
    expect(await importFrom(folder.path('a.jsonl'), url)).toContain('there already');
    await exportTo(url, folder.path('b.jsonl'));
    expect(readFileSync(folder.path('b.jsonl'), 'utf8')).toBe(whole);
  });
});
