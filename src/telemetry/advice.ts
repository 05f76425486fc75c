/** What an operator is told of a failure, besides its stack. */
interface Advice {
  readonly cause: string;
  readonly fix: string;
}

/** By what the root of a failure says; the first that fits. */
const KNOWN: readonly (readonly [RegExp, Advice])[] = [
  [
    /database or disk is full|ENOSPC|No space left/i,
    {
      cause: 'the disk is full',
      fix: 'Free some space on the volume of the database; writes go on by themselves as soon as there is room.',
    },
  ],
  [
    /readonly database|read-only file system|EROFS/i,
    {
      cause: 'the database cannot be written',
      fix: 'Remount the volume for writing, and see that this user owns the database file and its folder.',
    },
  ],
  [
    /malformed|not a database|corrupt/i,
    {
      cause: 'the database file is damaged',
      fix: 'Stop the server, run `colloquy doctor`, and put a backup in the place of the file.',
    },
  ],
  [
    /file (has been|was) (deleted|moved)|database file is gone/i,
    {
      cause: 'the database file is gone from its place',
      fix: 'Stop the server, put the file or a backup back, and start again.',
    },
  ],
  [
    /disk I\/O error/i,
    {
      cause: 'the disk does not answer as it should',
      fix: "Look into the system's log for faults of the volume.",
    },
  ],
  [
    /database is locked|database table is locked/i,
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
    /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|Connection terminated|timeout expired|has not answered/i,
    {
      cause: 'PostgreSQL is out of reach',
      fix: 'See that it runs and that its host and port in --database-url are right; requests go on by themselves when it is back.',
    },
  ],
];

/** Cause and fix, where the failure is one that operators meet. */
export function adviceOn(error: unknown): Advice | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    const known = KNOWN.find(([pattern]) => pattern.test(message));
    if (known !== undefined) return known[1];
  }
  return undefined;
}
