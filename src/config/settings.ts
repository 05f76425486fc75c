/** One setting. Its name with dashes is the flag, in capitals behind `COLLOQUY_` the variable, with underscores the key of the file. */
export interface Setting {
  readonly name: string;
  /** What stands for the value in help; a setting without one is switched on by its mere flag. */
  readonly placeholder?: string;
  readonly fallback: string;
  readonly description: string;
}

export const SETTINGS = {
  host: {
    name: 'host',
    placeholder: 'ADDRESS',
    fallback: '127.0.0.1',
    description: 'Address to listen on.',
  },
  port: {
    name: 'port',
    placeholder: 'PORT',
    fallback: '4141',
    description: 'Port to listen on; 0 takes any free one.',
  },
  databaseUrl: {
    name: 'database-url',
    placeholder: 'URL',
    fallback: 'sqlite:./colloquy.db',
    description:
      'Where the data lives: sqlite:PATH, sqlite::memory: to keep nothing, or postgres://USER:PASSWORD@HOST/DATABASE.',
  },
  databasePoolSize: {
    name: 'database-pool-size',
    placeholder: 'COUNT',
    fallback: '10',
    description: 'PostgreSQL: connections of this process at a time.',
  },
  databaseStatementTimeout: {
    name: 'database-statement-timeout',
    placeholder: 'SECONDS',
    fallback: '30',
    description: 'PostgreSQL: how long a statement may run; 0: as the server says.',
  },
  databaseLockTimeout: {
    name: 'database-lock-timeout',
    placeholder: 'SECONDS',
    fallback: '10',
    description: 'PostgreSQL: how long a statement may wait for a lock; 0: as the server says.',
  },
  databaseApplicationName: {
    name: 'database-application-name',
    placeholder: 'NAME',
    fallback: 'colloquy',
    description: 'PostgreSQL: what its list of connections calls this process.',
  },
  databasePreparedStatements: {
    name: 'database-prepared-statements',
    placeholder: 'MODE',
    fallback: 'on',
    description:
      'PostgreSQL: on, or off for a pooler that does not carry prepared statements from one connection to another.',
  },
  rls: {
    name: 'rls',
    placeholder: 'MODE',
    fallback: 'off',
    description:
      'PostgreSQL: on puts row-level security behind every statement, as a second wall between tenants.',
  },
  allowAnonymous: {
    name: 'allow-anonymous',
    fallback: 'false',
    description:
      'Serve everyone who can reach a host other than this machine, which is refused otherwise, under any name in the Host header.',
  },
  auth: {
    name: 'auth',
    placeholder: 'SCHEMES',
    fallback: '',
    description:
      'Who may ask: some of keys, jwt, headers, separated by commas. None: everyone, on this machine only.',
  },
  authHeadersSecret: {
    name: 'auth-headers-secret',
    placeholder: 'TEXT',
    fallback: '',
    description: 'What the gateway of the scheme headers sends along to prove itself.',
  },
  sqliteSynchronous: {
    name: 'sqlite-synchronous',
    placeholder: 'MODE',
    fallback: 'full',
    description:
      'full: an answered write survives a power cut. normal: it survives a crash of the process; a power cut may lose the last ones.',
  },
  dialect: {
    name: 'dialect',
    placeholder: 'NAME',
    fallback: 'openai',
    description:
      "openai, or llama-stack for the deletion answer that Llama Stack's clients expect.",
  },
  userIsolation: {
    name: 'user-isolation',
    fallback: 'false',
    description:
      "Let Azure's header x-ms-user-isolation-key set users of one key apart from each other.",
  },
  auditLog: {
    name: 'audit-log',
    placeholder: 'FILE',
    fallback: '',
    description:
      'Where to write one JSON line for each change and each denial: a file, or - for standard output.',
  },
  logLevel: {
    name: 'log-level',
    placeholder: 'LEVEL',
    fallback: 'info',
    description:
      'What the log on standard error has: fatal, error, warn, info (a line for each request), debug, trace, or silent.',
  },
  logFormat: {
    name: 'log-format',
    placeholder: 'FORMAT',
    fallback: 'auto',
    description: 'json, pretty, or auto: pretty on a terminal and JSON elsewhere.',
  },
  slowRequest: {
    name: 'slow-request',
    placeholder: 'MILLISECONDS',
    fallback: '1000',
    description:
      'A request that takes so long is logged as slow, with where its time went; 0: never.',
  },
  metrics: {
    name: 'metrics',
    placeholder: 'WHERE',
    fallback: 'auto',
    description:
      'Where /metrics is served, for Prometheus: on, off, ADDRESS:PORT for a port of its own, or auto: on without authentication, off with it.',
  },
  drainTimeout: {
    name: 'drain-timeout',
    placeholder: 'SECONDS',
    fallback: '30',
    description:
      'How long a server that is told to stop waits for what is under way before it hangs up.',
  },
  rateLimitPerAddress: {
    name: 'rate-limit-per-address',
    placeholder: 'COUNT',
    fallback: '0',
    description: 'Requests a minute from one address, before authentication; 0: no limit.',
  },
  rateLimitPerPrincipal: {
    name: 'rate-limit-per-principal',
    placeholder: 'COUNT',
    fallback: '0',
    description: 'Requests a minute from one principal, after authentication; 0: no limit.',
  },
  corsOrigins: {
    name: 'cors-origins',
    placeholder: 'ORIGINS',
    fallback: '',
    description: 'Origins whose pages may call, separated by commas. None: no cross-origin calls.',
  },
  requestTimeout: {
    name: 'request-timeout',
    placeholder: 'SECONDS',
    fallback: '120',
    description: 'How long a request may take to arrive.',
  },
  maxConnections: {
    name: 'max-connections',
    placeholder: 'COUNT',
    fallback: '10000',
    description: 'Connections at a time; more are turned away.',
  },
  maxItemsPerRequest: {
    name: 'max-items-per-request',
    placeholder: 'COUNT',
    fallback: '20',
    description: 'Items that one request may add.',
  },
  maxPageSize: {
    name: 'max-page-size',
    placeholder: 'COUNT',
    fallback: '100',
    description: 'Largest limit of a list.',
  },
  maxBodyBytes: {
    name: 'max-body-bytes',
    placeholder: 'BYTES',
    fallback: String(32 * 1024 * 1024),
    description: 'Largest request body.',
  },
  maxNesting: {
    name: 'max-nesting',
    placeholder: 'LEVELS',
    fallback: '128',
    description: 'How deep a body may nest arrays and objects.',
  },
} as const satisfies Record<string, Setting>;

export type SettingKey = keyof typeof SETTINGS;

/** A setting's text and where it was found, for error messages. */
export interface Given {
  readonly text: string;
  readonly origin: string;
}
