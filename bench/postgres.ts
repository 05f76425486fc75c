/** The same workloads on PostgreSQL, beside a floor of the driver alone, with one process and with two. */

import { createDatabase, startPostgres, type PostgresServer } from '../test/support/postgres.ts';
import { caller, measure } from './measure.ts';
import { count, fixed, table } from './report.ts';
import { newFolder, removeFolder, startColloquy, startFloor, type Target } from './targets.ts';
import { compare, type ThroughputOptions } from './throughput.ts';
import { WORKLOADS } from './workloads.ts';

/** As it is used: what is committed is on the disk. */
const DURABLE = ['fsync=on', 'synchronous_commit=on', 'shared_buffers=512MB', 'max_wal_size=4GB'];

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
    'One process against two, on the same database, the same number of connections in all:',
    two,
  ].join('\n\n');
}

type StartOn = (url: string, folder: ReturnType<typeof newFolder>) => Promise<Target>;

/** On a fresh database; `stop` takes it away. */
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

/** The floor has no migrations: the product makes its tables first. */
const startFloorOn: StartOn = async (url, folder) => {
  await (await startColloquy(folder, url)).stop();
  return startFloor('postgres', folder, url);
};

async function oneAgainstTwo(server: PostgresServer, options: ThroughputOptions): Promise<string> {
  const rows: string[][] = [];
  for (const name of ['append2', 'list20', 'chat'] as const) {
    const database = await createDatabase(server.url);
    const folder = newFolder();
    const first = await startColloquy(folder, database.url);
    const second = await startColloquy(folder, database.url);
    const { call, close } = caller(first);
    const prepared = await WORKLOADS[name].prepare(call);
    close();
    const job = { ...options, what: name, prepared };
    const alone = await measure({ ...job, url: first.url, key: first.key });
    const halves = await Promise.all(
      [first, second].map(({ url, key }) =>
        measure({ ...job, url, key, connections: Math.ceil(options.connections / 2) }),
      ),
    );
    const together = halves.reduce((sum, { perSecond }) => sum + perSecond, 0);
    rows.push([
      WORKLOADS[name].title,
      count(alone.perSecond),
      count(together),
      fixed(together / alone.perSecond),
    ]);
    await first.stop();
    await second.stop();
    await database[Symbol.asyncDispose]();
    removeFolder(folder);
  }
  return table(['workload', 'one process/s', 'two processes/s', 'ratio'], rows);
}
