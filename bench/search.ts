/** The cost of keeping the index of words, and the time of searches in a large one. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase, startPostgres } from '../test/support/postgres.ts';
import { startCommand, type ProcessOptions } from '../test/support/process.ts';
import { fill, itemOfText } from './filled-store.ts';
import { measure } from './measure.ts';
import { DURABLE } from './postgres.ts';
import { count, fixed, table } from './report.ts';
import { fresh, MAIN, newFolder, removeFolder, startColloquy, type Target } from './targets.ts';
import { compare, type ThroughputOptions } from './throughput.ts';

const ITEMS_EACH = 100;
const WORDS_EACH = 40;
const VOCABULARY = 20_011;
const ALONE = { connections: 1 };

const SEARCHES = {
  'a word in 10 % of the items': { query: 'frequent' },
  'a word in 0.01 % of the items': { query: 'seldom' },
  'two words in 1 % of the items': { query: 'frequent w12' },
  'a phrase in 1 % of the items, of words in 34 %': { query: '"blue moon"' },
  'a beginning of 111 words': { query: 'w123*' },
  'a word in 10 %, by relevance': { query: 'frequent', sort: 'relevance' },
  'no item': { query: 'nowhere' },
} as const;

export async function searchReport(
  options: ThroughputOptions,
  items: number,
  log: (line: string) => void,
): Promise<string> {
  const appends = await compare(
    ['search on', 'off'],
    [withSearch('on'), withSearch('off')],
    { ...options, names: ['append2'] },
    log,
  );
  return [
    'Appends with the index and without, in pairs of runs:',
    appends,
    `Searches of one client among ${count(items)} items of ${WORDS_EACH} words, in milliseconds:`,
    await searches(options, items, log),
  ].join('\n\n');
}

function withSearch(state: 'on' | 'off') {
  return fresh((folder) => startColloquy(folder, undefined, ['--search', state]));
}

/** p50 and p99 in milliseconds, of each search. */
type Latencies = readonly (readonly [p50Ms: number, p99Ms: number])[];

/** Measures the same corpus in both databases. PostgreSQL gets it by an archive. */
async function searches(
  options: ThroughputOptions,
  items: number,
  log: (line: string) => void,
): Promise<string> {
  const folder = newFolder();
  const sqlite = `sqlite:${folder.database}`;
  // The first start creates the schema.
  await (await startColloquy(folder)).stop();
  fill(folder, { conversations: items / ITEMS_EACH, each: ITEMS_EACH, item: corpusItem() });
  const inSqliteFor = await rebuild(sqlite);
  log(`SQLite with ${count(items)} items`);
  const inSqlite = await searchedIn(() => startColloquy(folder), options, log);
  const bytes = statSync(folder.database).size;
  await using server = await startPostgres(DURABLE);
  await using database = await createDatabase(server.url);
  await (await startColloquy(folder, database.url)).stop();
  const archive = join(folder.path, 'archive.jsonl');
  await run(['export', '--database-url', sqlite], { output: archive });
  await run(['import', '--database-url', database.url], { input: archive });
  const inPostgresFor = await rebuild(database.url);
  // Autovacuum would do it within minutes: without statistics, PostgreSQL sorts what an index has in order.
  await database.run('VACUUM (ANALYZE)');
  log(`PostgreSQL with ${count(items)} items`);
  const inPostgres = await searchedIn(() => startColloquy(folder, database.url), options, log);
  removeFolder(folder);
  const rows = Object.keys(SEARCHES).map((name, index) => [
    name,
    ...[inSqlite, inPostgres].flatMap((latencies) =>
      (latencies[index] ?? []).map((ms) => fixed(ms, 3)),
    ),
  ]);
  const head = ['search', 'SQLite p50', 'p99', 'PostgreSQL p50', 'p99'];
  const times = `Indexed in ${fixed(inSqliteFor, 0)} s and ${fixed(inPostgresFor, 0)} s`;
  return `${table(head, rows)}\n\n${times}; SQLite takes ${fixed(bytes / 2 ** 20, 0)} MB.`;
}

/** Makes the index of words anew. Returns the seconds that it took. */
async function rebuild(databaseUrl: string): Promise<number> {
  const before = process.hrtime.bigint();
  await run(['search', 'rebuild', '--database-url', databaseUrl]);
  return Number(process.hrtime.bigint() - before) / 1e9;
}

async function searchedIn(
  start: () => Promise<Target>,
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<Latencies> {
  const target = await start();
  await completed(target);
  const latencies: [number, number][] = [];
  for (const [name, body] of Object.entries(SEARCHES)) {
    const load = {
      method: 'POST' as const,
      path: '/v1/conversations/search',
      body: JSON.stringify(body),
    };
    const { url, key } = target;
    const prepared = { conversations: [], items: [] };
    const { p50Ms, p99Ms } = await measure({ ...options, ...ALONE, url, key, load, prepared });
    latencies.push([p50Ms, p99Ms]);
    log(`${name}: ${fixed(p50Ms, 3)} / ${fixed(p99Ms, 3)} ms`);
  }
  await target.stop();
  return latencies;
}

/** Returns the JSON of item `n`, as SQL. */
function corpusItem(): string {
  const words = Array.from(
    { length: WORDS_EACH },
    (_, index) => `' w' || ((n * ${31 + 2 * index} + ${7919 * index}) % ${VOCABULARY})`,
  );
  const special = [
    `CASE WHEN n % 10 = 3 THEN ' frequent' ELSE '' END`,
    `CASE WHEN n % 10000 = 7 THEN ' seldom' ELSE '' END`,
    `CASE WHEN n % 100 = 5 THEN ' blue moon' WHEN n % 3 = 0 THEN ' moon blue' ELSE '' END`,
  ];
  return itemOfText('user', 'input_text', `' || ${[...words, ...special].join(' || ')} || '`);
}

/** Runs a command of the program. Throws when it fails. */
async function run(
  args: readonly string[],
  files: Pick<ProcessOptions, 'input' | 'output'> = {},
): Promise<void> {
  const command = [process.execPath, MAIN, ...args];
  const { code, stderr } = await startCommand(command, files).finished();
  if (code !== 0) throw new Error(`colloquy ${args[0]}: ${stderr}`);
}

/** Waits until the server has looked at all conversations once. */
async function completed({ url, key }: Target): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/conversations/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'nowhere' }),
    });
    // Sound: the answer of a search.
    const { complete } = (await response.json()) as { complete: boolean };
    if (complete) return;
  }
}
