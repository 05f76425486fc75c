/** Growth of a request's cost with the size of the store. SQL fills the stores; the measured requests use HTTP. */

import { DatabaseSync } from 'node:sqlite';
import type { BenchRequest } from './http-connection.ts';
import type { Job, Measured } from './load-process.ts';
import { measure } from './measure.ts';
import { count, fixed, table } from './report.ts';
import { newFolder, removeFolder, startColloquy, type Folder } from './targets.ts';
import type { ThroughputOptions } from './throughput.ts';
import type { WorkloadName } from './workloads.ts';

const ITEMS_EACH = 100;
const LONG = 1_000_000;

/** One connection, so that a figure is the time of a request and not of a queue. */
const ALONE = { connections: 1 };

const idOf = (prefix: string, n: number): string => `${prefix}_${n.toString(16).padStart(48, '0')}`;

const sqlId = (prefix: string, n: string): string => `printf('${prefix}_%048x', ${n})`;

const JSON_OF_ITEM = `'{"id":"' || ${sqlId('msg', 'n')} || '","type":"message","status":"completed","content":[{"type":"input_text","text":"' || hex(zeroblob(180)) || '"}],"role":"user"}'`;

/** Returns a table `numbers` of the numbers from 0 to `end` exclusive, as the beginning of a statement. */
function numbersBelow(end: number): string {
  return `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${end})`;
}

/** Stores a number of conversations, of `each` items, that belong to the benchmark's principal. */
function fill(folder: Folder, conversations: number, each: number): void {
  using database = new DatabaseSync(folder.database);
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000');
  database.exec(`
    BEGIN;
    ${numbersBelow(conversations)} INSERT INTO conversations
      SELECT 'default', ${sqlId('conv', 'n')}, 'bench', '{"teams":["a"]}', '{}', 1700000000000 + n, ${each}, 0 FROM numbers;
    ${numbersBelow(conversations * each)} INSERT INTO items
      SELECT 'default', ${sqlId('conv', `n / ${each}`)}, n % ${each}, ${sqlId('msg', 'n')}, 'message', ${JSON_OF_ITEM}, 1 FROM numbers;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
}

const REQUESTS = {
  list20: 'list 20 items',
  get: 'get conversation',
  append2: 'append 2 items',
  listConversations: 'list 20 conversations',
} as const satisfies Partial<Record<WorkloadName, string>>;
// Sound: the keys of an object literal are those of its type.
const NAMES = Object.keys(REQUESTS) as (keyof typeof REQUESTS)[];

/** Number of conversations that the requests use at random: more than fit into the server's cache. */
const MAX_REQUESTED = 5_000;

function someOf(conversations: number): readonly string[] {
  const count = Math.min(conversations, MAX_REQUESTED);
  return Array.from({ length: count }, () =>
    idOf('conv', Math.floor(Math.random() * conversations)),
  );
}

type Times = Pick<Measured, 'p50Ms' | 'p99Ms'>;

async function onFilled(
  conversations: number,
  each: number,
  jobs: Readonly<Record<string, Job['load']>>,
  options: ThroughputOptions,
): Promise<ReadonlyMap<string, Times>> {
  const folder = newFolder();
  // The first start creates the schema.
  await (await startColloquy(folder)).stop();
  fill(folder, conversations, each);
  const target = await startColloquy(folder);
  const prepared = { conversations: someOf(conversations), items: [] };
  const { url, key } = target;
  const times = new Map<string, Times>();
  for (const [name, load] of Object.entries(jobs)) {
    times.set(name, await measure({ ...options, ...ALONE, url, key, load, prepared }));
  }
  await target.stop();
  removeFolder(folder);
  return times;
}

export async function scaleReport(
  options: ThroughputOptions,
  isLarge: boolean,
  log: (line: string) => void,
): Promise<string> {
  const sizes = [1_000, 100_000, ...(isLarge ? [10_000_000] : [])];
  const jobs = Object.fromEntries(NAMES.map((name) => [name, name]));
  const all: ReadonlyMap<string, Times>[] = [];
  for (const size of sizes) {
    all.push(await onFilled(size / ITEMS_EACH, ITEMS_EACH, jobs, options));
    log(`${count(size)} items: done`);
  }
  const far = await onFilled(1, LONG, longRequests(), options);
  log(`one conversation of ${count(LONG)} items: done`);
  return [
    `Median and p99 of a request's time in milliseconds, one client, ${ITEMS_EACH} items a conversation, another conversation each time:`,
    timesTable(
      'request',
      sizes.map((size) => `${count(size)} items`),
      NAMES.map((name) => [REQUESTS[name], all.map((times) => times.get(name))]),
    ),
    `One conversation of ${count(LONG)} items, pages of 20, each over and over:`,
    timesTable('', [...far.keys()], [['time', [...far.values()]]]),
  ].join('\n\n');
}

/** Returns a table in which each column after the first has its ratio to the first. */
function timesTable(
  corner: string,
  columns: readonly string[],
  rows: readonly (readonly [name: string, times: readonly (Times | undefined)[]])[],
): string {
  const head = columns.flatMap((column, index) => (index === 0 ? [column] : [column, '÷ first']));
  const body = rows.map(([name, times]) => [
    name,
    ...times.flatMap((time, index) => {
      const { p50Ms, p99Ms } = time ?? { p50Ms: Number.NaN, p99Ms: Number.NaN };
      const cell = `${fixed(p50Ms, 3)} / ${fixed(p99Ms, 3)}`;
      return index === 0 ? [cell] : [cell, fixed(p50Ms / (times[0]?.p50Ms ?? Number.NaN))];
    }),
  ]);
  return table([corner, ...head], body);
}

/** Returns requests for pages of the long conversation, from the newest items to the oldest. */
function longRequests(): Readonly<Record<string, BenchRequest>> {
  const path = `/v1/conversations/${idOf('conv', 0)}/items?limit=20`;
  const after = (n: number): BenchRequest => ({
    method: 'GET',
    path: `${path}&after=${idOf('msg', n)}`,
  });
  return {
    'first page': { method: 'GET', path },
    'second page': after(LONG - 20),
    'page in the middle': after(LONG / 2),
    'last page': after(20),
  };
}
