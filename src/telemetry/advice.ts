/** What an operator is told of a failure, besides its stack. */
interface Advice {
  readonly cause: string;
  readonly fix: string;
}

/** By what the root of a failure says; the first that fits. */
type Entry = readonly [RegExp, Advice];

/** Of any file, whoever writes it. */
const OF_DISKS: readonly Entry[] = [
  [
    /database or disk is full|ENOSPC|No space left/i,
    {
      cause: 'the disk is full',
      fix: 'Free some space on the volume; writes go on by themselves as soon as there is room.',
    },
  ],
  [
    /readonly database|read-only file system|EROFS/i,
    {
      cause: 'the database cannot be written',
      fix: 'Remount the volume for writing, and see that this user owns the database file and its folder.',
    },
  ],
];

/** Of the database: others fail in the same words, as an issuer of tokens that is out of reach. */
const OF_DATABASES: readonly Entry[] = [
  [
    /^the database file is gone/,
    {
      cause: 'the database file is gone from its place',
      fix: 'Put that very file back, and writes go on by themselves. If it was deleted, copy what the server still has open (/proc/PID/fd) before you stop it. If its log (-wal) is gone, start the server again.',
    },
  ],
  ...OF_DISKS,
  [
    /malformed|not a database|corrupt/i,
    {
      cause: 'the database file is damaged',
      fix: 'Stop the server, run `colloquy doctor`, and put a backup in the place of the file.',
    },
  ],
  [
    /unable to open database file/i,
    {
      cause: 'the database file cannot be opened',
      fix: 'See that its folder is there and that this user may write to both.',
    },
  ],
  [
    /disk I\/O error/i,
    {
      cause: 'the disk does not answer as it should',
      fix: "Look into the system's log for faults of the volume, and see that no quota is used up; writes go on by themselves.",
    },
  ],
  [
    /database (table |schema )?is locked/i,
    {
      cause: 'another process holds the database',
      fix: 'Find who has the file open, such as a backup or another server, and let it finish.',
    },
  ],
  [
    /too many (writes|requests) (are waiting|wait)/i,
    {
      cause: 'the database does not keep up',
      fix: 'Look at colloquy_commit_duration_seconds; a quicker disk or fewer writers help.',
    },
  ],
  [
    /no connection became free/i,
    {
      cause: 'all connections of the pool are busy',
      fix: 'Raise --database-pool-size, or look what keeps PostgreSQL busy.',
    },
  ],
  [
    /in a read-only transaction/,
    {
      cause: 'PostgreSQL takes no writes: it is a standby, or has been made read-only',
      fix: 'See that --database-url leads to the primary and that default_transaction_read_only is off there; writes go on by themselves.',
    },
  ],
  [
    /due to (statement|lock|transaction|idle-in-transaction) timeout/,
    {
      cause: 'PostgreSQL has cut a request short',
      fix: 'Look what keeps it busy in pg_stat_activity, or raise --database-statement-timeout or --database-lock-timeout.',
    },
  ],
  [
    /too many clients|connection slots|too many connections/,
    {
      cause: 'PostgreSQL has no connection left',
      fix: 'Lower --database-pool-size, or raise the limit of the server or of the role.',
    },
  ],
  [
    /ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|Connection terminated|terminating connection|the database system is|timeout expired|has not answered/i,
    {
      cause: 'PostgreSQL is out of reach',
      fix: 'See that it runs and that its host and port in --database-url are right; requests go on by themselves when it is back.',
    },
  ],
];

/** Cause and fix, where the failure is one that operators meet. */
export function adviceOn(error: unknown): Advice | undefined {
  const entries = isOfStore(error) ? OF_DATABASES : OF_DISKS;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const words = wordsOf(cause);
    const known = entries.find(([pattern]) => pattern.test(words));
    if (known !== undefined) return known[1];
  }
  return undefined;
}

/** The message, and the code, which is all that is said where several addresses of one host were tried. */
function wordsOf(error: Error): string {
  return 'code' in error ? `${error.message} ${String(error.code)}` : error.message;
}

function isOfStore(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'StoreUnavailableError') return true;
  }
  return false;
}
