/** What settings are about, in the order in which help and the reference list them. */
export const SECTIONS = {
  process: 'The process',
  database: 'Database',
  access: 'Access',
  protection: 'Protection',
  requests: 'Requests and answers',
  observation: 'Logs and metrics',
} as const;

/** One setting. Its name with dashes is the flag, in capitals behind `COLLOQUY_` the variable, with underscores the key of the file. */
export interface Setting {
  readonly name: string;
  readonly section: keyof typeof SECTIONS;
  /** What stands for the value in help; a setting without one is switched on by its mere flag. */
  readonly placeholder?: string;
  readonly fallback: string;
  /** Whether the file must give it as text: a number there, YAML may have altered. */
  readonly isExact?: true;
  /** For help and for the reference, which shows it as Markdown. */
  readonly description: string;
}

export const SETTINGS = {
  host: {
    name: 'host',
    section: 'process',
    placeholder: 'ADDRESS',
    fallback: '127.0.0.1',
    description: 'Address to listen on.',
  },
  port: {
    name: 'port',
    section: 'process',
    placeholder: 'PORT',
    fallback: '4141',
    description:
      'Port to listen on; 0 takes any free one, and the line that the server prints says which.',
  },
  databaseUrl: {
    name: 'database-url',
    section: 'database',
    placeholder: 'URL',
    fallback: 'sqlite:./colloquy.db',
    description:
      'Where the data lives: `sqlite:PATH`, `sqlite::memory:` to keep nothing, or `postgres://USER:PASSWORD@HOST/DATABASE`.',
  },
  databasePoolSize: {
    name: 'database-pool-size',
    section: 'database',
    placeholder: 'COUNT',
    fallback: '10',
    description: 'PostgreSQL: connections of this process at a time.',
  },
  databaseStatementTimeout: {
    name: 'database-statement-timeout',
    section: 'database',
    placeholder: 'SECONDS',
    fallback: '30',
    description: 'PostgreSQL: how long a statement may run; 0: as the server says.',
  },
  databaseLockTimeout: {
    name: 'database-lock-timeout',
    section: 'database',
    placeholder: 'SECONDS',
    fallback: '10',
    description: 'PostgreSQL: how long a statement may wait for a lock; 0: as the server says.',
  },
  databaseApplicationName: {
    name: 'database-application-name',
    section: 'database',
    placeholder: 'NAME',
    fallback: 'colloquy',
    isExact: true,
    description: 'PostgreSQL: what its list of connections calls this process.',
  },
  databasePreparedStatements: {
    name: 'database-prepared-statements',
    section: 'database',
    placeholder: 'MODE',
    fallback: 'on',
    description:
      'PostgreSQL: `off` for a pooler that does not carry prepared statements from one connection to another.',
  },
  rls: {
    name: 'rls',
    section: 'database',
    placeholder: 'MODE',
    fallback: 'off',
    description:
      'PostgreSQL: `on` puts row-level security behind every statement, as a second wall between tenants.',
  },
  allowAnonymous: {
    name: 'allow-anonymous',
    section: 'access',
    fallback: 'false',
    description:
      'Serve everyone who can reach a host other than this machine, under any name in the `Host` header. Without it, and without authentication, such a host is refused at start.',
  },
  auth: {
    name: 'auth',
    section: 'access',
    placeholder: 'SCHEMES',
    fallback: '',
    description:
      'Who may ask: some of `keys`, `jwt`, `headers`, separated by commas. None: everyone, on this machine only.',
  },
  authHeadersSecret: {
    name: 'auth-headers-secret',
    section: 'access',
    placeholder: 'TEXT',
    fallback: '',
    isExact: true,
    description: 'What the gateway of the scheme `headers` sends along to prove itself.',
  },
  sqliteSynchronous: {
    name: 'sqlite-synchronous',
    section: 'database',
    placeholder: 'MODE',
    fallback: 'full',
    description:
      '`full`: an answered write survives a power cut. `normal`: it survives a crash of the process; a power cut may lose the last ones.',
  },
  dialect: {
    name: 'dialect',
    section: 'requests',
    placeholder: 'NAME',
    fallback: 'openai',
    description:
      "`openai`, or `llama-stack` to answer the deletion of an item as Llama Stack's clients expect.",
  },
  userIsolation: {
    name: 'user-isolation',
    section: 'access',
    fallback: 'false',
    description:
      "Let Azure's header `x-ms-user-isolation-key` set users of one key apart from each other.",
  },
  auditLog: {
    name: 'audit-log',
    section: 'access',
    placeholder: 'FILE',
    fallback: '',
    description:
      'Where to write one JSON line for each change and each denial: a file, or `-` for standard output.',
  },
  logLevel: {
    name: 'log-level',
    section: 'observation',
    placeholder: 'LEVEL',
    fallback: 'info',
    description:
      'What the log on standard error has: `fatal`, `error`, `warn`, `info` (a line for each request), `debug`, `trace`, or `silent`.',
  },
  logFormat: {
    name: 'log-format',
    section: 'observation',
    placeholder: 'FORMAT',
    fallback: 'auto',
    description: '`json`, `pretty`, or `auto`: pretty on a terminal and JSON elsewhere.',
  },
  slowRequest: {
    name: 'slow-request',
    section: 'observation',
    placeholder: 'MILLISECONDS',
    fallback: '1000',
    description:
      'A request that takes so long is logged as slow, with where its time went; 0: never.',
  },
  metrics: {
    name: 'metrics',
    section: 'observation',
    placeholder: 'WHERE',
    fallback: 'auto',
    description:
      'Where `/metrics` is served, for Prometheus: `on`, `off`, `ADDRESS:PORT` for a port of its own, or `auto`: on without authentication, off with it.',
  },
  drainTimeout: {
    name: 'drain-timeout',
    section: 'process',
    placeholder: 'SECONDS',
    fallback: '30',
    description:
      'How long a server that is told to stop waits for what is under way before it hangs up.',
  },
  rateLimitPerAddress: {
    name: 'rate-limit-per-address',
    section: 'protection',
    placeholder: 'COUNT',
    fallback: '0',
    description: 'Requests a minute from one address, counted before authentication; 0: no limit.',
  },
  rateLimitPerPrincipal: {
    name: 'rate-limit-per-principal',
    section: 'protection',
    placeholder: 'COUNT',
    fallback: '0',
    description: 'Requests a minute from one principal, counted after authentication; 0: no limit.',
  },
  corsOrigins: {
    name: 'cors-origins',
    section: 'protection',
    placeholder: 'ORIGINS',
    fallback: '',
    description: 'Origins whose pages may call, separated by commas. None: no cross-origin calls.',
  },
  requestTimeout: {
    name: 'request-timeout',
    section: 'protection',
    placeholder: 'SECONDS',
    fallback: '120',
    description: 'How long a request may take to arrive.',
  },
  maxConnections: {
    name: 'max-connections',
    section: 'protection',
    placeholder: 'COUNT',
    fallback: '10000',
    description: 'Connections at a time; more are turned away.',
  },
  maxItemsPerRequest: {
    name: 'max-items-per-request',
    section: 'requests',
    placeholder: 'COUNT',
    fallback: '20',
    description: 'Items that one request may add.',
  },
  maxPageSize: {
    name: 'max-page-size',
    section: 'requests',
    placeholder: 'COUNT',
    fallback: '100',
    description: 'Largest `limit` of a list.',
  },
  maxBodyBytes: {
    name: 'max-body-bytes',
    section: 'requests',
    placeholder: 'BYTES',
    fallback: String(32 * 1024 * 1024),
    description: 'Largest request body.',
  },
  maxNesting: {
    name: 'max-nesting',
    section: 'requests',
    placeholder: 'LEVELS',
    fallback: '128',
    description: 'How deep a body may nest arrays and objects.',
  },
} as const satisfies Record<string, Setting>;

/** Names the config file. It is given by a flag or a variable, never by a file. */
export const CONFIG_FILE: Setting = {
  name: 'config',
  section: 'process',
  placeholder: 'FILE',
  fallback: '',
  description: 'A YAML file with any of these settings.',
};

/** All that a command line and the environment may give. */
export const ALL_SETTINGS: readonly Setting[] = [CONFIG_FILE, ...Object.values(SETTINGS)];

export function flagOf({ name }: Setting): string {
  return `--${name}`;
}

export const VARIABLE_PREFIX = 'COLLOQUY_';

export function variableOf({ name }: Setting): string {
  return `${VARIABLE_PREFIX}${name.replaceAll('-', '_').toUpperCase()}`;
}

export function fileKeyOf({ name }: Setting): string {
  return name.replaceAll('-', '_');
}

export type SettingKey = keyof typeof SETTINGS;

/** A setting's text and where it was found, for error messages. */
export interface Given {
  readonly text: string;
  readonly origin: string;
}
