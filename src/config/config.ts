import { isIP } from 'node:net';
import { commaSeparated } from '../base/comma-separated.ts';
import type { DatabaseOptions } from '../options/database.ts';
import { isLoopback } from '../base/loopback.ts';
import { OperatorError } from '../base/errors/operator-error.ts';
import type { AuthSection } from './auth.ts';
import { readDatabase } from './database.ts';
import type { Given, SettingKey } from './settings.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const AUTH_SCHEMES = ['keys', 'jwt', 'headers'] as const;
type AuthScheme = (typeof AUTH_SCHEMES)[number];

export interface AuthConfig extends AuthSection {
  /** The ways to say who is asking, in order; none: everyone is anonymous. */
  readonly schemes: readonly AuthScheme[];
  /** Whether the header `x-ms-user-isolation-key` narrows the subject. */
  readonly userIsolation: boolean;
}

/** Everything that can be set, read, checked and typed. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly allowAnonymous: boolean;
  readonly database: DatabaseOptions;
  readonly dialect: 'openai' | 'llama-stack';
  readonly auth: AuthConfig;
  /** A file to append to, or `-` for standard output; undefined: no audit. */
  readonly auditLog: string | undefined;
  readonly log: {
    readonly level: (typeof LOG_LEVELS)[number];
    readonly format: 'auto' | 'json' | 'pretty';
    readonly slowRequestMs: number;
  };
  /** Where metrics are served: beside the API, at an address of their own, or nowhere. */
  readonly metrics: 'beside' | 'nowhere' | { readonly host: string; readonly port: number };
  readonly drainTimeoutSeconds: number;
  readonly protection: {
    readonly requestsPerAddress: number;
    readonly requestsPerPrincipal: number;
    readonly corsOrigins: readonly string[];
    readonly requestTimeoutSeconds: number;
    readonly maxConnections: number;
  };
  readonly limits: {
    readonly itemsPerRequest: number;
    readonly pageSize: number;
    readonly bodyBytes: number;
    readonly nesting: number;
  };
}

/** Turns what was given into the typed configuration. Throws an `OperatorError` that names the setting and the fix. */
export function toConfig(
  given: Readonly<Record<SettingKey, Given>>,
  readAuthSection: (headersSecret: string) => AuthSection,
): Config {
  const auth = authConfig(given, readAuthSection(given.authHeadersSecret.text));
  const own = { host: host(given.host), port: integer(given.port, 0, 65_535) };
  return {
    ...own,
    allowAnonymous: flag(given.allowAnonymous),
    database: database(given),
    dialect: choice(given.dialect, ['openai', 'llama-stack']),
    auth,
    auditLog: given.auditLog.text === '' ? undefined : given.auditLog.text,
    log: {
      level: choice(given.logLevel, LOG_LEVELS),
      format: choice(given.logFormat, ['auto', 'json', 'pretty']),
      slowRequestMs: integer(given.slowRequest, 0, 3_600_000),
    },
    metrics: metrics(given.metrics, auth, own),
    drainTimeoutSeconds: integer(given.drainTimeout, 0, 3600),
    protection: {
      requestsPerAddress: integer(given.rateLimitPerAddress, 0, 1_000_000_000),
      requestsPerPrincipal: integer(given.rateLimitPerPrincipal, 0, 1_000_000_000),
      corsOrigins: origins(given.corsOrigins),
      requestTimeoutSeconds: integer(given.requestTimeout, 1, 3600),
      maxConnections: integer(given.maxConnections, 1, 1_000_000),
    },
    limits: {
      itemsPerRequest: integer(given.maxItemsPerRequest, 1, 100_000),
      pageSize: integer(given.maxPageSize, 1, 100_000),
      bodyBytes: integer(given.maxBodyBytes, 1024, 1024 * 1024 * 1024),
      // Beyond this, writing JSON back could exhaust the stack.
      nesting: integer(given.maxNesting, 8, 1000),
    },
  };
}

/** Figures about everybody's requests are not for everybody, where there is somebody to tell apart. */
function metrics(
  given: Given,
  { schemes }: AuthConfig,
  own: { readonly host: string; readonly port: number },
): Config['metrics'] {
  const { text } = given;
  if (text === 'auto') return schemes.length === 0 ? 'beside' : 'nowhere';
  if (text === 'on') return 'beside';
  if (text === 'off') return 'nowhere';
  const [, address = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(text) ?? [];
  if (port === '') throw invalid(given, 'on, off, auto, or ADDRESS:PORT such as 127.0.0.1:9464');
  const at = {
    host: host({ ...given, text: address }),
    port: integer({ ...given, text: port }, 0, 65_535),
  };
  if (at.port === own.port && at.host === own.host && at.port !== 0) {
    throw invalid(given, 'another port than the server’s own, or `on` to be served beside the API');
  }
  return at;
}

function origins(given: Given): readonly string[] {
  return commaSeparated(given.text).map((text) => {
    if (URL.canParse(text) && new URL(text).origin === text) return text;
    throw invalid({ ...given, text }, 'an origin such as https://app.example.com');
  });
}

function authConfig(given: Readonly<Record<SettingKey, Given>>, section: AuthSection): AuthConfig {
  const userIsolation = flag(given.userIsolation);
  const settings = schemesAndRules(given.auth, section);
  if (userIsolation && settings.schemes.length === 0) {
    throw new OperatorError(
      'authentication_is_off',
      `${given.userIsolation.origin} sets users of one key apart, and no authentication scheme is on.`,
      'Name schemes with --auth, or leave user isolation out.',
    );
  }
  return { ...settings, userIsolation };
}

function schemesAndRules(given: Given, section: AuthSection): Omit<AuthConfig, 'userIsolation'> {
  const schemes = commaSeparated(given.text).map((text) =>
    choice({ ...given, text }, AUTH_SCHEMES),
  );
  for (const scheme of ['jwt', 'headers'] as const) {
    if (schemes.includes(scheme) && section[scheme] === undefined) {
      throw new OperatorError(
        'invalid_setting',
        `${given.origin} names ${scheme}, of which the config file says nothing.`,
        `Write a section auth: ${scheme}: in the config file, as docs/access.md shows${scheme === 'headers' ? ', or set COLLOQUY_AUTH_HEADERS_SECRET alone to take the usual names' : ''}.`,
      );
    }
  }
  const { jwt, headers, policyRules } = section;
  if (schemes.length === 0 && (jwt ?? headers ?? policyRules) !== undefined) {
    throw new OperatorError(
      'authentication_is_off',
      'The configuration says who may do what, and no authentication scheme is on to tell them apart.',
      'Name schemes with --auth or auth: schemes:, or remove the rest of the auth settings.',
    );
  }
  return { ...section, schemes };
}

/** Whether everyone who can reach this machine over the network is let in. */
export function isOpenToAll({ host, auth }: Config): boolean {
  return auth.schemes.length === 0 && !isLoopback(host);
}

/** Throws an `OperatorError` where everyone on the network would be let in without being asked for. */
export function refuseStrangers(config: Config): void {
  const { host, allowAnonymous } = config;
  if (allowAnonymous || !isOpenToAll(config)) return;
  throw new OperatorError(
    'anonymous_on_network',
    `Listening on ${host} would let everyone who can reach it read and delete every conversation: no authentication is configured.`,
    'Listen on 127.0.0.1, name an authentication scheme with --auth, or pass --allow-anonymous if that is what you want.',
  );
}

function invalid({ text, origin }: Given, expected: string): OperatorError {
  return new OperatorError(
    'invalid_setting',
    `${origin} is '${text}', which is not ${expected}.`,
    `Give ${origin} ${expected}.`,
  );
}

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

function host(given: Given): string {
  if (isIP(given.text) !== 0 || HOST_NAME.test(given.text)) return given.text;
  throw invalid(given, 'an address or a name, without brackets or port, such as 127.0.0.1 or ::1');
}

function integer(given: Given, least: number, most: number): number {
  const value = /^\d+$/.test(given.text) ? Number(given.text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw invalid(given, `a whole number from ${least} to ${most}`);
  }
  return value;
}

function flag(given: Given): boolean {
  return choice(given, ['true', 'false']) === 'true';
}

function choice<const Choice extends string>(given: Given, choices: readonly Choice[]): Choice {
  const found = choices.find((candidate) => candidate === given.text);
  if (found === undefined) throw invalid(given, `one of ${choices.join(', ')}`);
  return found;
}

function database(given: Readonly<Record<SettingKey, Given>>): DatabaseOptions {
  return readDatabase(given.databaseUrl, {
    synchronous: choice(given.sqliteSynchronous, ['full', 'normal']),
    poolSize: integer(given.databasePoolSize, 1, 1000),
    statementTimeoutSeconds: integer(given.databaseStatementTimeout, 0, 3600),
    lockTimeoutSeconds: integer(given.databaseLockTimeout, 0, 3600),
    applicationName: given.databaseApplicationName.text,
    preparedStatements: choice(given.databasePreparedStatements, ['on', 'off']) === 'on',
    rowLevelSecurity: choice(given.rls, ['on', 'off']) === 'on',
  });
}
