import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import type { DatabaseOptions, TlsOptions } from '../options/database.ts';
import { isLoopback } from '../base/loopback.ts';
import { OperatorError } from '../base/errors/operator-error.ts';
import type { Given } from './settings.ts';

/** What the settings say of the database, besides its URL. */
export interface DatabaseSettings {
  readonly synchronous: 'full' | 'normal';
  readonly poolSize: number;
  readonly statementTimeoutSeconds: number;
  readonly lockTimeoutSeconds: number;
  readonly applicationName: string;
  readonly preparedStatements: boolean;
  readonly rowLevelSecurity: boolean;
}

const DEFAULT_PORT = 5432;
const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
const PARAMETERS = [
  'host',
  'port',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'application_name',
];
const MS_PER_SECOND = 1000;

/** Reads `sqlite:PATH` or `postgres://…`. Throws an `OperatorError`, in which no password stands. */
export function readDatabase(given: Given, settings: DatabaseSettings): DatabaseOptions {
  if (/^postgres(ql)?:/.test(given.text)) return readPostgres(given, settings);
  // A misspelt `:memory:` or a parameter would otherwise become the name of a file.
  const path = /^sqlite:(:memory:|[^:?][^?]*)$/s.exec(given.text)?.[1];
  if (path === undefined) {
    throw invalid(
      given,
      'a URL such as sqlite:./colloquy.db, sqlite::memory: or postgres://HOST/DATABASE',
    );
  }
  if (settings.rowLevelSecurity) {
    throw new OperatorError(
      'invalid_setting',
      'rls is on, and the database is SQLite, which has no row-level security.',
      'Leave rls out, or name a PostgreSQL database with --database-url.',
    );
  }
  return { kind: 'sqlite', path, synchronous: settings.synchronous };
}

function readPostgres(given: Given, settings: DatabaseSettings): DatabaseOptions {
  const url = parseUrl(given);
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new OperatorError(
        'unknown_setting',
        `${given.origin} has an unknown parameter ${name}.`,
        `There are ${PARAMETERS.join(', ')}.`,
      );
    }
  }
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const host = parameter('host') ?? (unbracketed(url.hostname) || 'localhost');
  const user = decodeURIComponent(url.username) || systemUser();
  return {
    kind: 'postgres',
    host,
    port: readPort(given, parameter('port') ?? url.port),
    user,
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || user,
    tls: readTls(given, host, parameter),
    poolSize: settings.poolSize,
    statementTimeoutMs: settings.statementTimeoutSeconds * MS_PER_SECOND,
    lockTimeoutMs: settings.lockTimeoutSeconds * MS_PER_SECOND,
    applicationName: parameter('application_name') ?? settings.applicationName,
    preparedStatements: settings.preparedStatements,
    rowLevelSecurity: settings.rowLevelSecurity,
  };
}

function readPort(given: Given, text: string): number {
  const port = text === '' ? DEFAULT_PORT : Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new OperatorError(
    'invalid_setting',
    `The port in ${given.origin} is '${text}'.`,
    'Write a number from 1 to 65535.',
  );
}

function parseUrl(given: Given): URL {
  // `postgres:///database?host=/folder` names no host, which such a URL may not, and this one may.
  const text = given.text.replace(/^(postgres(?:ql)?:\/\/([^@/]*@)?)\//, '$1localhost/');
  const url = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || isDamaged(url)) {
    throw new OperatorError(
      'invalid_setting',
      `${given.origin} is no URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE.`,
      'Percent-encode what is special in the user and the password: @ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25.',
    );
  }
  return url;
}

/** A password with a bare slash, question mark or hash ends the host early, and stands where none should. */
function isDamaged({ username, password, hostname, pathname, search, hash }: URL): boolean {
  try {
    for (const text of [username, password, hostname, pathname]) decodeURIComponent(text);
  } catch {
    return true;
  }
  return hash !== '' || /[/@:]/.test(pathname.slice(1)) || search.includes('@');
}

function readTls(
  given: Given,
  host: string,
  parameter: (name: string) => string | undefined,
): TlsOptions {
  // What leaves this machine is encrypted, to a server that proves who it is, unless somebody says otherwise.
  const isPlain =
    (isLoopback(host) || host.startsWith('/')) &&
    !['sslrootcert', 'sslcert'].some((name) => parameter(name) !== undefined);
  const text = parameter('sslmode') ?? (isPlain ? 'disable' : 'verify-full');
  const mode = TLS_MODES.find((candidate) => candidate === text);
  if (mode === undefined) {
    throw new OperatorError(
      'invalid_setting',
      `sslmode in ${given.origin} is '${text}'.`,
      `Write one of ${TLS_MODES.join(', ')}.`,
    );
  }
  const root = parameter('sslrootcert');
  return {
    mode,
    rootCertificate: root === 'system' ? undefined : root,
    certificate: parameter('sslcert'),
    key: parameter('sslkey'),
  };
}

/** As libpq does; some containers run under a number without a name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'postgres';
  }
}

function unbracketed(host: string): string {
  const inner = /^\[(.+)\]$/.exec(host)?.[1];
  return inner !== undefined && isIP(inner) === 6 ? inner : decodeURIComponent(host);
}

/** Never repeats what was given: a password may stand anywhere in it. */
function invalid({ origin }: Given, expected: string): OperatorError {
  return new OperatorError(
    'invalid_setting',
    `${origin} is not ${expected}.`,
    `Give ${origin} ${expected}.`,
  );
}
