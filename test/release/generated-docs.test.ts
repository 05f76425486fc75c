import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorKinds } from '../../src/contract/errors/registry.ts';
import { fileEntries, flagSettings } from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { generatedPages } from '../../tools/docs/pages.ts';
import { readText, ROOT } from '../support/repository.ts';

const errors = readText('docs/errors.md');

test.each(generatedPages())('$path is as npm run docs makes it', ({ path, text, fresh }) => {
  expect(text, `run npm run docs, which changes ${path}`).toBe(fresh);
});

test('docs/configuration.md has every setting', () => {
  const page = readText('docs/configuration.md');
  const flags = flagSettings(SETTINGS).map(({ name }) => name);
  const missing = flags.filter((name) => !new RegExp(`^\\| \`--${name}[ \`]`, 'm').test(page));
  expect(missing, 'run npm run docs: the page lacks these settings').toEqual([]);
  const entries = fileEntries(SETTINGS).map(({ usage }) => usage);
  const absent = entries.filter((usage) => !page.includes(`\n| \`${usage}\` `));
  expect(absent, 'run npm run docs: the page lacks these entries of the config file').toEqual([]);
});

test('docs/errors.md has every error of the API, with its sentence', () => {
  const headings = [...errors.matchAll(/^#### `(\w+)`\n\n> \S/gm)].map(([, kind]) => kind);
  expect(new Set(headings)).toEqual(new Set(errorKinds()));
});

test('docs/errors.md has exactly the codes for operators that the sources use', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('base', 'errors', 'operator-codes.ts'))
    .map((name) => readText(join('src', name)));
  const listed = [...errors.matchAll(/^- `(\w+)`: /gm)].map(([, code = '']) => code);
  const thrown = sources.flatMap((text) =>
    [...text.matchAll(/new OperatorError\(\s*'(\w+)'/g)].map(([, code = '']) => code),
  );
  expect(thrown.length).toBeGreaterThan(40);
  expect(listed).toEqual(expect.arrayContaining(thrown));
  const everything = sources.join('\n');
  const unused = listed.filter((code) => !everything.includes(`'${code}'`));
  expect(unused, 'remove these codes: no source uses them').toEqual([]);
});
