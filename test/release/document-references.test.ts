import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const PAGES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.md') && !name.includes('node_modules'),
);

/** Paths from the repository's root, as prose and commands name them. */
const PATH = /(?<![\w/.-])(?:src|test|tools|bench|fuzz|examples|deploy|docs|bin)\/[\w./-]*\w\/?/g;
const NPM_SCRIPT = /\bnpm run (?:--silent )?([a-z]+)/g;

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test(`${page} names only paths that exist`, () => {
    const missing = [...text.matchAll(PATH)]
      .map(([path]) => path)
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing, `correct these paths in ${page}`).toEqual([]);
  });

  test(`${page} names only npm scripts that package.json defines`, () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(NPM_SCRIPT)].map(([, name = '']) => name);
    const unknown = named.filter((name) => !Object.hasOwn(scripts, name));
    expect(unknown, `correct these scripts in ${page}`).toEqual([]);
  });
});

test('ARCHITECTURE.md lists every decision under its title', () => {
  const architecture = read('ARCHITECTURE.md');
  const entries = readdirSync(join(ROOT, 'docs/decisions')).map((name) => {
    const [, number = '', title = ''] =
      /^# (\d+)\. (.+)$/m.exec(read(`docs/decisions/${name}`)) ?? [];
    return `${number}. [${title}](docs/decisions/${name})`;
  });
  const missing = entries.filter((entry) => !architecture.includes(entry));
  expect(missing, 'add these lines to the decisions in ARCHITECTURE.md').toEqual([]);
});
