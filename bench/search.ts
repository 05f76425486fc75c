/** The cost of keeping the index of words, and the time of searches in a large one. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fill, itemOfText } from './filled-store.ts';
import { measure } from './measure.ts';
import { count, fixed, table } from './report.ts';
import {
  fresh,
  MAIN,
  newFolder,
  removeFolder,
  startColloquy,
  type Folder,
  type Target,
} from './targets.ts';
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

async function searches(
  options: ThroughputOptions,
  items: number,
  log: (line: string) => void,
): Promise<string> {
  const folder = newFolder();
  // The first start creates the schema.
  await (await startColloquy(folder)).stop();
  fill(folder, { conversations: items / ITEMS_EACH, each: ITEMS_EACH, item: corpusItem() });
  const before = process.hrtime.bigint();
  await rebuild(folder);
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  log(`${count(items)} items indexed in ${fixed(seconds, 0)} s`);
  const target = await startColloquy(folder);
  await completed(target);
  const rows: string[][] = [];
  for (const [name, body] of Object.entries(SEARCHES)) {
    const load = {
      method: 'POST' as const,
      path: '/v1/conversations/search',
      body: JSON.stringify(body),
    };
    const { url, key } = target;
    const prepared = { conversations: [], items: [] };
    const { p50Ms, p99Ms } = await measure({ ...options, ...ALONE, url, key, load, prepared });
    rows.push([name, fixed(p50Ms, 3), fixed(p99Ms, 3)]);
    log(`${name}: ${fixed(p50Ms, 3)} / ${fixed(p99Ms, 3)} ms`);
  }
  await target.stop();
  const bytes = target.bytesOnDisk();
  removeFolder(folder);
  const facts = `Indexed in ${fixed(seconds, 0)} s; ${fixed(bytes / 2 ** 20, 0)} MB on disk.`;
  return `${table(['search', 'p50', 'p99'], rows)}\n\n${facts}`;
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

async function rebuild(folder: Folder): Promise<void> {
  const args = [MAIN, 'search', 'rebuild', '--database-url', `sqlite:${folder.database}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error('the index cannot be made');
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
