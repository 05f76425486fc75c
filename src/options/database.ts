/** The location of the data, and the way to reach it. */
export type DatabaseOptions = SqliteOptions | PostgresOptions;

export interface SqliteOptions {
  readonly kind: 'sqlite';
  /** A file path, or `:memory:`. */
  readonly path: string;
  /** `full`: a commit survives a power cut. `normal`: it survives a crash of the process, not of the machine. */
  readonly synchronous: 'full' | 'normal';
}

/** A database of a server of PostgreSQL, and the way to reach it. */
export interface PostgresServer {
  /** A host name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** `undefined` when the server requires none, or `PGPASSWORD` has it. */
  readonly password: string | undefined;
  readonly tls: TlsOptions;
  readonly applicationName: string;
}

export interface PostgresOptions extends PostgresServer {
  readonly kind: 'postgres';
  /** The replica, or the replicas behind one address, that may answer reads; `undefined` without any. */
  readonly replica: PostgresServer | undefined;
  /** Connections at a time, to the primary and to the replica each. */
  readonly poolSize: number;
  /** Limits of a statement's duration and of its wait for a lock, in milliseconds; 0 leaves them to the server. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** `true` when statements are prepared by name, once a connection; `false` for poolers that cannot carry them. */
  readonly preparedStatements: boolean;
  /** `true` when row-level security enforces the conditions of the statements. */
  readonly rowLevelSecurity: boolean;
}

/**
 * The modes of libpq. `require` encrypts and checks nothing. `verify-ca` checks the signer of the certificate,
 * `verify-full` also its host name.
 */
export interface TlsOptions {
  readonly mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files; undefined: the authorities that Node trusts, and no client certificate. */
  readonly rootCertificate: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** The database as logs and messages may name it: never with its password. */
export function databaseName(options: DatabaseOptions): string {
  return options.kind === 'sqlite' ? `sqlite:${options.path}` : serverName(options);
}

/** A database of a server as logs and messages may name it: never with its password. */
export function serverName({ user, host, port, database }: PostgresServer): string {
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return `postgres://${user}@${shownHost}:${port}/${database}`;
}
