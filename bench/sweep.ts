/** The time that appends wait while the sweeper deletes. */

import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fill, itemOfText } from './filled-store.ts';
import type { Measured } from './latencies.ts';
import { inOrder, measure, preparingClient } from './measure.ts';
import { count, fixed, table } from './report.ts';
import { newFolder, removeFolder, startColloquy, type Folder } from './targets.ts';
import type { ThroughputOptions } from './throughput.ts';
import { WORKLOADS } from './workloads.ts';

/** More than a run deletes. */
const CONVERSATIONS = 20;
const ITEMS_EACH = 100_000;
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(8);
const LOAD = 'append2';
/** One client, since the waits of more are those for each other. */
const ALONE = { connections: 1 };

interface Run extends Measured {
  /** Items that were deleted in the run, its warm-up, and up to a second before. */
  readonly deleted: number;
}

export async function sweepReport(
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  const rows: string[][] = [];
  for (let n = 0; n < options.pairs; n += 1) {
    const [swept, rested] = await inOrder(
      n % 2 === 1,
      () => run('due', options),
      () => run('kept', options),
    );
    if (swept.deleted === 0) throw new Error('the sweeper has deleted nothing');
    rows.push(['while the sweeper deletes', ...figures(swept)], ['alone', ...figures(rested)]);
    log(`sweep, pair ${n + 1} of ${options.pairs}: ${count(swept.deleted)} items deleted`);
  }
  const columns = ['appends', 'requests/s', 'p50 / p95 / p99 ms', 'slowest ms', 'items deleted'];
  return [
    `Appends of one client beside ${CONVERSATIONS} deleted conversations of ${count(ITEMS_EACH)} items:`,
    table(columns, rows),
  ].join('\n\n');
}

function figures({ perSecond, p50Ms, p95Ms, p99Ms, slowestMs, deleted }: Run): string[] {
  const latencies = [p50Ms, p95Ms, p99Ms].map((ms) => fixed(ms)).join(' / ');
  return [count(perSecond), latencies, fixed(slowestMs, 1), count(deleted)];
}

async function run(state: 'due' | 'kept', options: ThroughputOptions): Promise<Run> {
  const folder = newFolder();
  // The first start creates the schema.
  await (await startColloquy(folder)).stop();
  const item = itemOfText('user', 'input_text', TEXT);
  fill(folder, { conversations: CONVERSATIONS, each: ITEMS_EACH, item });
  const before = remaining(folder, state === 'due' ? 0 : Number.MAX_SAFE_INTEGER);
  const target = await startColloquy(folder, undefined, ['--search', 'off']);
  const { call, close } = preparingClient(target);
  const prepared = await WORKLOADS[LOAD].prepare(call);
  close();
  // A server's first sweep is about a minute after its start.
  while (state === 'due' && remaining(folder) === before) await sleep(1000);
  const { url, key } = target;
  const measured = await measure({ ...options, ...ALONE, url, key, load: LOAD, prepared });
  await target.stop();
  const deleted = before - remaining(folder);
  removeFolder(folder);
  return { ...measured, deleted };
}

/** Counts the items of deleted conversations. Deletes all conversations before, if `purgeAt` is given. */
function remaining({ database }: Folder, purgeAt?: number): number {
  using opened = new DatabaseSync(database);
  if (purgeAt !== undefined)
    opened.exec(`UPDATE conversations SET deleted_at = 1, purge_at = ${purgeAt}`);
  const row = opened
    .prepare(
      `SELECT count(*) AS items FROM items WHERE conversation_id IN (SELECT id FROM conversations WHERE deleted_at = 1)`,
    )
    .get();
  return Number(row?.['items']);
}
