import { StoreUnavailableError, type UnavailableReason } from '../base/errors/store-unavailable.ts';

/** What an operator is told of a failure, besides its stack. */
interface Advice {
  readonly cause: string;
  readonly fix: string;
}

const DISK_FULL: Advice = {
  cause: 'the disk is full',
  fix: 'Free some space on the volume; writes go on by themselves as soon as there is room.',
};
const DAMAGED: Advice = {
  cause: 'the database file is damaged',
  fix: 'Stop the server, run `colloquy doctor`, and put a backup in the place of the file.',
};

const OF_DATABASES: Readonly<Record<UnavailableReason, Advice | undefined>> = {
  file_gone: {
    cause: 'the database file is gone from its place',
    fix: 'Put that very file back, and writes go on by themselves. If it was deleted, copy what the server still has open (/proc/PID/fd) before you stop it. If its log (-wal) is gone, start the server again.',
  },
  disk_full: DISK_FULL,
  read_only: {
    cause: 'the database cannot be written',
    fix: 'Remount the volume for writing, and see that this user owns the database file and its folder.',
  },
  damaged: DAMAGED,
  not_a_database: DAMAGED,
  cannot_open: {
    cause: 'the database file cannot be opened',
    fix: 'See that its folder is there and that this user may write to both.',
  },
  disk_fault: {
    cause: 'the disk does not answer as it should',
    fix: "Look into the system's log for faults of the volume, and see that no quota is used up; writes go on by themselves.",
  },
  locked: {
    cause: 'another process holds the database',
    fix: 'Find who has the file open, such as a backup or another server, and let it finish.',
  },
  overloaded: {
    cause: 'the database does not keep up',
    fix: 'Look at colloquy_commit_duration_seconds; a quicker disk or fewer writers help.',
  },
  no_free_connection: {
    cause: 'all connections of the pool are busy',
    fix: 'Raise --database-pool-size, or look what keeps PostgreSQL busy.',
  },
  standby: {
    cause: 'PostgreSQL takes no writes: it is a standby, or has been made read-only',
    fix: 'See that --database-url leads to the primary and that default_transaction_read_only is off there; writes go on by themselves.',
  },
  cut_short: {
    cause: 'PostgreSQL has cut a request short',
    fix: 'Look what keeps it busy in pg_stat_activity, or raise --database-statement-timeout or --database-lock-timeout.',
  },
  no_connections_left: {
    cause: 'PostgreSQL has no connection left',
    fix: 'Lower --database-pool-size, or raise the limit of the server or of the role.',
  },
  out_of_reach: {
    cause: 'PostgreSQL is out of reach',
    fix: 'See that it runs and that its host and port in --database-url are right; requests go on by themselves when it is back.',
  },
  closed: undefined,
  other: undefined,
};

/** Of any other file that is written, such as the audit log. */
const OF_FILES: Readonly<Record<string, Advice>> = {
  ENOSPC: DISK_FULL,
  EROFS: {
    cause: 'the file system is read-only',
    fix: 'Remount the volume for writing; writes go on by themselves.',
  },
};

/** Cause and fix, where the failure is one that operators meet. */
export function adviceOn(error: unknown): Advice | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StoreUnavailableError) return OF_DATABASES[cause.reason];
    const known = 'code' in cause ? OF_FILES[String(cause.code)] : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
}
