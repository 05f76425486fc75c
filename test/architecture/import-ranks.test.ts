import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/repository.ts';
import { sourceFiles } from './files.ts';

/** Rank of each place in `src/`. An import, of a type too, points to a lower rank or stays in its place. */
const RANKS: Readonly<Record<string, number>> = {
  agents: 0,
  base: 0,
  observe: 1,
  options: 1,
  contract: 1,
  store: 2,
  access: 2,
  config: 2,
  history: 2,
  model: 2,
  telemetry: 2,
  tools: 2,
  context: 3,
  service: 4,
  wire: 5,
  server: 6,
  'index.ts': 7,
  cli: 7,
  'main.ts': 8,
};

/** Places that may import a package. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  typebox: ['contract', 'wire'],
  'typebox/compile': ['contract'],
  '@openai/agents': ['agents'],
  'node:sqlite': ['store'],
  pg: ['store'],
  yaml: ['config'],
  cors: ['wire'],
  'eventsource-parser': ['model'],
  'find-my-way': ['wire'],
  'fastest-levenshtein': ['access', 'contract', 'config', 'cli'],
  jose: ['access'],
  '@modelcontextprotocol/client': ['tools'],
  '@modelcontextprotocol/client/stdio': ['tools'],
  pino: ['telemetry'],
  'pino-pretty': ['telemetry'],
  'prom-client': ['telemetry'],
  '@opentelemetry/api': ['telemetry'],
  '@opentelemetry/core': ['telemetry'],
  '@opentelemetry/exporter-trace-otlp-http': ['telemetry'],
  '@opentelemetry/resources': ['telemetry'],
  '@opentelemetry/sdk-trace': ['telemetry'],
};

const FILES = sourceFiles('src').filter((path) => !path.endsWith('.test.ts'));

/** Returns the place of a file: its folder in `src/`, or its own name. */
function placeOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name ?? '');
}

test('every place in src has a rank', () => {
  expect(FILES.length).toBeGreaterThan(30);
  const places = new Set(FILES.map(placeOf));
  const unranked = [...places].filter((place) => RANKS[place] === undefined);
  expect(unranked, 'add these places to RANKS, and to the map of ARCHITECTURE.md').toEqual([]);
});

test('imports point from a higher rank to a lower one', () => {
  const upward: string[] = [];
  for (const file of FILES) {
    for (const name of importsOf(file).filter((candidate) => candidate.startsWith('.'))) {
      const [from, to] = [placeOf(file), placeOf(join(dirname(file), name))];
      if (from !== to && !((RANKS[to] ?? Infinity) < (RANKS[from] ?? -1))) {
        upward.push(`${file} imports ${name}`);
      }
    }
  }
  expect(upward, 'move what is imported to a lower rank, or the import to a higher one').toEqual(
    [],
  );
});

test('packages are imported only in the places that may import them', () => {
  const strays: string[] = [];
  for (const file of FILES) {
    for (const name of importsOf(file).filter((candidate) => !candidate.startsWith('.'))) {
      const isAllowed = PACKAGES[name]?.includes(placeOf(file)) ?? name.startsWith('node:');
      if (!isAllowed) strays.push(`${file} imports ${name}`);
    }
  }
  expect(strays, 'use the place that imports the package, or add the place to PACKAGES').toEqual(
    [],
  );
});

test('the environment is read in one place', () => {
  const readers = FILES.filter((file) =>
    readFileSync(join(ROOT, file), 'utf8').includes('process.env'),
  );
  expect(readers, 'read variables by a setting of src/config').toEqual(['src/main.ts']);
});
