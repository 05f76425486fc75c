import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig, openStore, type Store } from '../../src/index.ts';
import { NO_OBSERVER, type ReadPlace } from '../../src/observe/observer.ts';
import { prepareServer, type PostgresServer } from './postgres.ts';
import { openSession } from './store.ts';

const SETTINGS = ['fsync=off', 'wal_retrieve_retry_interval=100ms'];

interface Standby extends PostgresServer {
  /** Stops every process of the server where it is, without an end to any connection, until it is disposed of. */
  freeze(): Promise<Disposable>;
  /** Keeps the standby from replaying what it receives. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
}

export interface Replication extends AsyncDisposable {
  readonly primary: PostgresServer;
  readonly standby: Standby;
  /** Resolves when the standby has replayed all that the primary has written. */
  caughtUp(): Promise<void>;
}

/** Starts PostgreSQL with a streaming replica. */
export async function startReplication(): Promise<Replication> {
  await using stack = new AsyncDisposableStack();
  const primary = stack.use(await prepareServer(SETTINGS));
  await primary.initialise();
  const { hostname, port, username, password } = new URL(primary.url);
  const conninfo = `host=${hostname} port=${port} user=${username} password='${decodeURIComponent(password)}'`;
  const server = stack.use(await prepareServer([...SETTINGS, `primary_conninfo=${conninfo}`]));
  // Before the first start, the folder is a backup of itself. The owner of the files stays the same.
  await promisify(execFile)('cp', ['-Rp', primary.folder, server.folder]);
  await writeFile(join(server.folder, 'standby.signal'), '');
  await primary.start();
  await server.start();
  const standby = standbyOf(server);
  const started = stack.move();
  return {
    primary,
    standby,
    caughtUp: () => caughtUp(primary, server),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function standbyOf(server: PostgresServer): Standby {
  const run = async (sql: string) => {
    await using session = await openSession(server.url);
    return await session.run(sql);
  };
  return {
    ...server,
    freeze: async () => {
      using stack = new DisposableStack();
      const freezeOne = (pid: number): void => {
        process.kill(pid, 'SIGSTOP');
        stack.defer(() => process.kill(pid, 'SIGCONT'));
      };
      await using session = await openSession(server.url);
      const [pid] = (await readFile(join(server.folder, 'postmaster.pid'), 'utf8')).split('\n');
      // First the process that makes the others.
      freezeOne(Number(pid));
      const others = await session.run(
        'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      );
      for (const { pid: other } of others) freezeOne(Number(other));
      return stack.move();
    },
    pauseReplay: async () => {
      await run('SELECT pg_wal_replay_pause()');
      await untilTrue(() => run(`SELECT pg_get_wal_replay_pause_state() = 'paused' AS done`));
    },
    resumeReplay: async () => {
      await run('SELECT pg_wal_replay_resume()');
    },
  };
}

async function caughtUp(primary: PostgresServer, standby: PostgresServer): Promise<void> {
  await using there = await openSession(primary.url);
  await using here = await openSession(standby.url);
  const [written] = await there.run('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  await untilTrue(() =>
    here.run('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done', [written?.['lsn']]),
  );
}

async function untilTrue(ask: () => Promise<Record<string, unknown>[]>): Promise<void> {
  while ((await ask())[0]?.['done'] !== true)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Returns the URL under which the standby has a database of the primary. */
export function onStandby(databaseUrl: string, { standby }: Replication): string {
  return Object.assign(new URL(databaseUrl), { port: new URL(standby.url).port }).href;
}

export interface ReplicatedStore extends AsyncDisposable {
  readonly store: Store;
  /** Returns where the reads of `work` were answered, in order. */
  readonly placesOf: (work: () => Promise<unknown>) => Promise<readonly ReadPlace[]>;
}

/** Opens a store on a database of the primary, with the standby for its reads. */
export async function openReplicated(
  databaseUrl: string,
  readUrl: string,
  ...settings: readonly string[]
): Promise<ReplicatedStore> {
  const urls = ['--database-url', databaseUrl, '--database-read-url', readUrl];
  const { database } = await loadConfig({ arguments: [...urls, ...settings] });
  const places: ReadPlace[] = [];
  const observer = { ...NO_OBSERVER, readFrom: (place: ReadPlace) => void places.push(place) };
  const store = await openStore(database, observer);
  return {
    store,
    placesOf: async (work) => {
      places.length = 0;
      await work();
      return [...places];
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}
