/** How the cost of a request grows with what is stored. Stores are filled with SQL; what is measured goes over HTTP. */

import { DatabaseSync } from 'node:sqlite';
import { measure } from './measure.ts';
import type { RequestParts } from './http-connection.ts';
import { count, fixed, table } from './report.ts';
import { newFolder, removeFolder, startColloquy, type Folder, type Target } from './targets.ts';
import type { ThroughputOptions } from './throughput.ts';

const ITEMS_EACH = 100;
const LONG = 1_000_000;

/** One client, so that a figure is the time of a request and not of a queue. */
const ALONE = { connections: 1 };

const idOf = (prefix: string, n: number): string => `${prefix}_${n.toString(16).padStart(48, '0')}`;

const sqlId = (prefix: string, n: string): string => `printf('${prefix}_%048x', ${n})`;

const JSON_OF_ITEM = `'{"id":"' || ${sqlId('msg', 'n')} || '","type":"message","status":"completed","content":[{"type":"input_text","text":"' || hex(zeroblob(180)) || '"}],"role":"user"}'`;

/** The numbers from 0, as a table `numbers`. */
function numbersBelow(end: number): string {
  return `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${end})`;
}

/** `conversations` of `each` items, of the benchmark's own principal. */
function fill(folder: Folder, conversations: number, each: number): void {
  using database = new DatabaseSync(folder.database);
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000');
  database.exec(`
    BEGIN;
    ${numbersBelow(conversations)} INSERT INTO conversations
      SELECT 'default', ${sqlId('conv', 'n')}, 'bench', '{"teams":["a"]}', '{}', 1700000000000 + n, ${each} FROM numbers;
    ${numbersBelow(conversations * each)} INSERT INTO items
      SELECT 'default', ${sqlId('conv', `n / ${each}`)}, n % ${each}, ${sqlId('msg', 'n')}, 'message', ${JSON_OF_ITEM}, 1 FROM numbers;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
}

type Requests = Readonly<Record<string, RequestParts>>;

const APPEND = JSON.stringify({
  items: [1, 2].map(() => ({ type: 'message', role: 'user', content: 'x'.repeat(360) })),
});

/** One conversation in the middle of the store, over and over: the depth of the trees, with warm caches. */
function requestsAt(conversations: number): Requests {
  const id = idOf('conv', Math.floor(conversations / 2));
  const path = `/v1/conversations/${id}`;
  return {
    'list 20 items': { method: 'GET', path: `${path}/items?limit=20` },
    'get conversation': { method: 'GET', path },
    'append 2': { method: 'POST', path: `${path}/items`, body: APPEND },
    'list 20 conversations': { method: 'GET', path: '/v1/conversations?limit=20' },
  };
}

async function timesOf(
  target: Target,
  requests: Requests,
  options: ThroughputOptions,
): Promise<Record<string, number>> {
  const { url, key } = target;
  const prepared = { conversations: [], items: [] };
  const times: Record<string, number> = {};
  for (const [name, what] of Object.entries(requests)) {
    const measured = await measure({ ...options, ...ALONE, url, key, what, prepared });
    times[name] = measured.p50;
  }
  return times;
}

async function onFilled(
  conversations: number,
  each: number,
  requests: Requests,
  options: ThroughputOptions,
): Promise<Record<string, number>> {
  const folder = newFolder();
  // Opened once, for the schema.
  await (await startColloquy(folder)).stop();
  fill(folder, conversations, each);
  const target = await startColloquy(folder);
  const times = await timesOf(target, requests, options);
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
  const all: Record<string, number>[] = [];
  for (const size of sizes) {
    const conversations = size / ITEMS_EACH;
    all.push(await onFilled(conversations, ITEMS_EACH, requestsAt(conversations), options));
    log(`${count(size)} items: done`);
  }
  const [smallest = {}] = all;
  const rows = Object.keys(smallest).map((name) => [
    name,
    ...all.flatMap((times, index) => [
      `${fixed(times[name] ?? Number.NaN, 3)} ms`,
      ...(index === 0 ? [] : [fixed((times[name] ?? Number.NaN) / (smallest[name] ?? Number.NaN))]),
    ]),
  ]);
  const head = sizes.flatMap((size, index) => [
    `${count(size)} items`,
    ...(index === 0 ? [] : ['÷ smallest']),
  ]);
  const far = await onFilled(1, LONG, longRequests(), options);
  log(`one conversation of ${count(LONG)} items: done`);
  const first = far['first page'] ?? Number.NaN;
  const ofLong = Object.entries(far).map(([name, time]) => [
    name,
    `${fixed(time, 3)} ms`,
    fixed(time / first),
  ]);
  return [
    `Median time of a request, one client, ${ITEMS_EACH} items a conversation:`,
    table(['request', ...head], rows),
    `One conversation of ${count(LONG)} items, pages of 20:`,
    table(['request', 'time', '÷ first page'], ofLong),
  ].join('\n\n');
}

/** Newest first, so the far end is where the oldest are. */
function longRequests(): Requests {
  const path = `/v1/conversations/${idOf('conv', 0)}/items?limit=20`;
  const after = (n: number): RequestParts => ({
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
