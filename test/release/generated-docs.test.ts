import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { errorKinds } from '../../src/contract/errors/registry.ts';
import { fileEntries, flagSettings } from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { generatedPages } from '../../tools/docs/pages.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test.each(generatedPages())('$path is as npm run docs makes it', ({ text, fresh }) => {
  expect(text).toBe(fresh);
});

test('docs/configuration.md has every setting', () => {
  const page = read('docs/configuration.md');
  for (const { name } of flagSettings(SETTINGS))
    expect(page).toMatch(new RegExp(`^\\| \`--${name}[ \`]`, 'm'));
  for (const { usage } of fileEntries(SETTINGS)) expect(page).toContain(`\n| \`${usage}\` `);
});

describe('docs/errors.md', () => {
  const page = read('docs/errors.md');

  test('has every error of the API, with its sentence', () => {
    const headings = [...page.matchAll(/^#### `(\w+)`\n\n> \S/gm)].map(([, kind]) => kind);
    expect(new Set(headings)).toEqual(new Set(errorKinds()));
  });

  test('has every code that the sources give an operator, and no other', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter(
        (name) => name.endsWith('.ts') && name !== join('base', 'errors', 'operator-codes.ts'),
      )
      .map((name) => read(join('src', name)));
    const listed = [...page.matchAll(/^- `(\w+)`: /gm)].map(([, code = '']) => code);
    const thrown = sources.flatMap((text) =>
      [...text.matchAll(/new OperatorError\(\s*'(\w+)'/g)].map(([, code = '']) => code),
    );
    expect(thrown.length).toBeGreaterThan(40);
    expect(listed).toEqual(expect.arrayContaining(thrown));
    const everything = sources.join('\n');
    expect(listed.filter((code) => !everything.includes(`'${code}'`))).toEqual([]);
  });
});
