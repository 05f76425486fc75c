import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PAGES, readText, ROOT } from '../support/repository.ts';

/** Paths from the repository's root, as prose and commands name them. */
const PATH = /(?<![\w/.-])(?:src|test|tools|bench|fuzz|examples|deploy|docs|bin)\/[\w./-]*\w\/?/g;
const NPM_SCRIPT = /\bnpm run (?:--silent )?([a-z]+)/g;

/** Returns the anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Reports whether a link of a page leads to a file of the repository, and to a heading of the file. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(readText(file)).includes(anchor);
}

describe.each(PAGES)('%s', (page) => {
  const text = readText(page);

  test(`${page} names only paths that exist`, () => {
    const missing = [...text.matchAll(PATH)]
      .map(([path]) => path)
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing, `correct these paths in ${page}`).toEqual([]);
  });

  test(`${page} names only npm scripts that package.json defines`, () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(NPM_SCRIPT)].map(([, name = '']) => name);
    const unknown = named.filter((name) => !Object.hasOwn(scripts, name));
    expect(unknown, `correct these scripts in ${page}`).toEqual([]);
  });

  test(`${page} links only to files and headings that exist`, () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !/^\w+:/.test(link));
    const broken = local.filter((link) => !leadsSomewhere(page, link));
    expect(broken, `correct these links in ${page}`).toEqual([]);
  });
});

test('ARCHITECTURE.md lists every decision under its title', () => {
  const architecture = readText('ARCHITECTURE.md');
  const entries = readdirSync(join(ROOT, 'docs/decisions')).map((name) => {
    const [, number = '', title = ''] =
      /^# (\d+)\. (.+)$/m.exec(readText(`docs/decisions/${name}`)) ?? [];
    return `${number}. [${title}](docs/decisions/${name})`;
  });
  const missing = entries.filter((entry) => !architecture.includes(entry));
  expect(missing, 'add these lines to the decisions in ARCHITECTURE.md').toEqual([]);
});

test('docs/README.md links to every page of docs', () => {
  const index = readText('docs/README.md');
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const missing = pages.filter((name) => name !== 'README.md' && !index.includes(`](${name})`));
  expect(missing, 'add these pages to docs/README.md').toEqual([]);
});

test('ARCHITECTURE.md gives a reason for every package', () => {
  const manifest = JSON.parse(readText('package.json')) as Record<string, Record<string, string>>;
  const architecture = readText('ARCHITECTURE.md');
  const packages = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  const missing = Object.keys(packages).filter((name) => !architecture.includes(`\`${name}\``));
  expect(missing, 'add these packages to the dependencies in ARCHITECTURE.md').toEqual([]);
});
