import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { isLoopback } from '../../base/loopback.ts';
import type { PostgresServer, SqliteOptions, TlsOptions } from '../../options/database.ts';
import type { Parser } from './entry.ts';
import type { Given } from './given.ts';

type SqliteAddress = Pick<SqliteOptions, 'kind' | 'path'>;
type PostgresAddress = Omit<PostgresServer, 'applicationName'> & {
  readonly kind: 'postgres';
  /** `undefined` when the URL does not name one. */
  readonly applicationName: string | undefined;
};

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

/** `sqlite:PATH` or `postgres://…`. Its errors do not repeat the URL: a password may stand anywhere in it. */
export const databaseUrl: Parser<SqliteAddress | PostgresAddress> = {
  expected: 'a URL such as sqlite:./colloquy.db, sqlite::memory: or postgres://HOST/DATABASE',
  examples: ['sqlite:other.db', 'postgres://ann:pass@db.example/other', 'sqlite::memory:'],
  parse: (given) => {
    const text = given.text();
    if (isPostgres(text)) return readPostgres(given, text);
    // A misspelt `:memory:` or a parameter would otherwise become the name of a file.
    const path = /^sqlite:(:memory:|[^:?][^?]*)$/s.exec(text)?.[1];
    if (path === undefined) throw given.invalid(databaseUrl.expected);
    return { kind: 'sqlite', path };
  },
};

/** `postgres://…`. Its errors do not repeat the URL either. */
export const postgresUrl: Parser<PostgresAddress> = {
  expected: 'a URL such as postgres://HOST/DATABASE',
  examples: ['postgres://replica.example/db', 'postgres://ann:pass@other.example/db'],
  parse: (given) => {
    const text = given.text();
    if (!isPostgres(text)) throw given.invalid(postgresUrl.expected);
    return readPostgres(given, text);
  },
};

function isPostgres(text: string): boolean {
  return /^postgres(ql)?:/.test(text);
}

function readPostgres(given: Given, text: string): PostgresAddress {
  const url = parseUrl(given, text);
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
    applicationName: parameter('application_name'),
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

function parseUrl({ origin }: Given, given: string): URL {
  // `postgres:///database?host=/folder` has no host, which a URL otherwise needs.
  const text = given.replace(/^(postgres(?:ql)?:\/\/([^@/]*@)?)\//, '$1localhost/');
  const url = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || isDamaged(url)) {
    throw new OperatorError(
      'invalid_setting',
      `${origin} is not a URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE.`,
      'Percent-encode special characters of the user and the password: @ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25.',
    );
  }
  return url;
}

/** Detects a password with a bare slash, question mark or hash. It ends the host early and appears in a later part. */
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
  // A connection that leaves this machine is encrypted and its server verified, unless the URL names another mode.
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

/** Returns the default user, as libpq does. Some containers run under a number without a name. */
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
