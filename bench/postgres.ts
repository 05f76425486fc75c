/** The workloads on PostgreSQL: against a floor of the driver alone, and with one process and two. */

import { cpus } from 'node:os';
import { createDatabase, startPostgres, type PostgresServer } from '../test/support/postgres.ts';
import type { Job } from './load-process.ts';
import { measure, median, preparingClient } from './measure.ts';
import { count, fixed, table } from './report.ts';
import { newFolder, removeFolder, startColloquy, startFloor, type Target } from './targets.ts';
import { compare, type ThroughputOptions } from './throughput.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

/** Settings with full durability, as in production. */
export const DURABLE = [
  'fsync=on',
  'synchronous_commit=on',
  'shared_buffers=512MB',
  'max_wal_size=4GB',
];

export async function postgresReport(
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  await using server = await startPostgres(DURABLE);
  const compared = await compare(
    ['Colloquy', 'floor'],
    [
      () => startOn(server, (url, folder) => startColloquy(folder, url)),
      () => startOn(server, startFloorOn),
    ],
    options,
    log,
  );
  const two = await oneAgainstTwo(server, options);
  return [
    compared,
    'One process against two, on the same database and under the same two load generators; each process has its own ten connections to the database:',
    two,
  ].join('\n\n');
}

type StartOn = (url: string, folder: ReturnType<typeof newFolder>) => Promise<Target>;

/** Starts a target on a new database, which is removed when the target stops. */
async function startOn(server: PostgresServer, start: StartOn): Promise<Target> {
  const database = await createDatabase(server.url);
  const folder = newFolder();
  const target = await start(database.url, folder);
  return {
    ...target,
    stop: async () => {
      await target.stop();
      await database[Symbol.asyncDispose]();
      removeFolder(folder);
    },
  };
}

/** Starts the floor after the product has created the tables, since the floor has no migrations. */
const startFloorOn: StartOn = async (url, folder) => {
  await (await startColloquy(folder, url)).stop();
  return startFloor('postgres', folder, url);
};

/** Reports one process against two, with the number of busy cores: a second process only helps while cores are idle. */
async function oneAgainstTwo(server: PostgresServer, options: ThroughputOptions): Promise<string> {
  const rows: string[][] = [];
  for (const name of ['append2', 'list20', 'chat'] as const) {
    const runs = await runsOf(name, server, options);
    const of = (figure: (run: (typeof runs)[number]) => number): number => median(runs.map(figure));
    rows.push([
      WORKLOADS[name].title,
      count(of(({ one }) => one.perSecond)),
      fixed(of(({ one }) => one.coresBusy)),
      count(of(({ two }) => two.perSecond)),
      fixed(of(({ two }) => two.coresBusy)),
      fixed(of(({ one, two }) => two.perSecond / one.perSecond)),
    ]);
  }
  const busy = `cores busy of ${cpus().length}`;
  return table(['workload', 'one process/s', busy, 'two processes/s', busy, 'ratio'], rows);
}

/** Measures pairs of a run with one process and a run with two, on the same data, in alternating order. */
async function runsOf(
  name: WorkloadName,
  server: PostgresServer,
  options: ThroughputOptions,
): Promise<readonly { readonly one: Together; readonly two: Together }[]> {
  const database = await createDatabase(server.url);
  const folder = newFolder();
  const first = await startColloquy(folder, database.url);
  const second = await startColloquy(folder, database.url);
  const { call, close } = preparingClient(first);
  const job = { ...options, load: name, prepared: await WORKLOADS[name].prepare(call) };
  close();
  const runs: { one: Together; two: Together }[] = [];
  for (let pair = 0; pair < options.pairs; pair += 1) {
    const early = pair % 2 === 0 ? await together(first, first, job) : undefined;
    const two = await together(first, second, job);
    runs.push({ one: early ?? (await together(first, first, job)), two });
  }
  await first.stop();
  await second.stop();
  await database[Symbol.asyncDispose]();
  removeFolder(folder);
  return runs;
}

interface Together {
  readonly perSecond: number;
  readonly coresBusy: number;
}

/** Measures the load of two generators, which share a server or have one each. */
async function together(
  one: Target,
  other: Target,
  job: Omit<Job, 'url' | 'key'>,
): Promise<Together> {
  const [began, busyBefore] = [performance.now(), busyMs()];
  const connections = Math.ceil(job.connections / 2);
  const halves = await Promise.all(
    [one, other].map(({ url, key }) => measure({ ...job, url, key, connections })),
  );
  const coresBusy = (busyMs() - busyBefore) / (performance.now() - began);
  return { perSecond: halves.reduce((sum, { perSecond }) => sum + perSecond, 0), coresBusy };
}

/** Returns the milliseconds for which the machine's cores have been busy. */
function busyMs(): number {
  return cpus().reduce(
    (sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq,
    0,
  );
}
