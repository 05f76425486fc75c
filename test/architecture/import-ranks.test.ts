import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));

/** Imports, of types too, point from a higher rank to a lower one, or stay in their folder. */
const RANKS: Readonly<Record<string, number>> = {
  base: 0,
  observe: 1,
  options: 1,
  contract: 1,
  store: 2,
  access: 2,
  config: 2,
  telemetry: 2,
  service: 3,
  wire: 4,
  server: 5,
  'index.ts': 6,
  cli: 6,
  'main.ts': 7,
};

/** Packages that belong to one part of the house. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  typebox: ['contract', 'wire'],
  'typebox/compile': ['contract'],
  'node:sqlite': ['store'],
  pg: ['store'],
  yaml: ['config'],
  cors: ['wire'],
  'find-my-way': ['wire'],
  'fastest-levenshtein': ['base', 'access', 'contract', 'config', 'cli'],
  jose: ['access'],
  pino: ['telemetry'],
  'pino-pretty': ['telemetry'],
  'prom-client': ['telemetry'],
  '@opentelemetry/api': ['telemetry'],
  '@opentelemetry/core': ['telemetry'],
  '@opentelemetry/exporter-trace-otlp-http': ['telemetry'],
  '@opentelemetry/resources': ['telemetry'],
  '@opentelemetry/sdk-trace': ['telemetry'],
};

function partOf(path: string): string {
  return relative(SOURCE, path).split('/')[0] ?? '';
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => join(SOURCE, name));

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name ?? '');
}

test('every file has a rank', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.map(partOf).filter((part) => RANKS[part] === undefined)).toEqual([]);
});

test('imports point down', () => {
  const upward: string[] = [];
  for (const file of files) {
    for (const name of importsOf(file).filter((candidate) => candidate.startsWith('.'))) {
      const [from, to] = [partOf(file), partOf(join(dirname(file), name))];
      if (from !== to && !((RANKS[to] ?? Infinity) < (RANKS[from] ?? -1))) {
        upward.push(`${relative(SOURCE, file)} imports ${name}`);
      }
    }
  }
  expect(upward).toEqual([]);
});

test('each package stays in its part, and only known ones are imported', () => {
  const strays: string[] = [];
  for (const file of files) {
    for (const name of importsOf(file).filter((candidate) => !candidate.startsWith('.'))) {
      const allowed = PACKAGES[name];
      const fine = allowed?.includes(partOf(file)) ?? name.startsWith('node:');
      if (!fine) strays.push(`${relative(SOURCE, file)} imports ${name}`);
    }
  }
  expect(strays).toEqual([]);
});

test('the environment is read in one place', () => {
  const readers = files.filter((file) => readFileSync(file, 'utf8').includes('process.env'));
  expect(readers.map((file) => relative(SOURCE, file))).toEqual(['main.ts']);
});
