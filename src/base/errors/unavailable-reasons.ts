import { OPERATOR_CODES } from './operator-codes.ts';
import type { OperatorCode } from './operator-error.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

/** Advice while the program uses the database. */
interface Advice {
  /** Clause without a full stop. The log, the command line and `docs/faults.md` print it. */
  readonly cause: string;
  readonly fix: string;
  /** End of the fault at a running server, after the fix. */
  readonly recovery: string;
}

/** Refusal to open the database. */
interface Refusal {
  readonly code: OperatorCode;
  readonly fix: string;
  /** Better fixes for some messages of the database; the first match counts. */
  readonly fixByMessage?: readonly (readonly [message: RegExp, fix: string])[];
}

/** Explanation of a reason on one database, for the operator, as Markdown. */
interface Entry {
  /** Absent when only the message of the database explains more. */
  readonly inUse?: Advice;
  /** Absent when no start meets the reason. */
  readonly atStart?: Refusal;
}

export interface Explanation extends Entry {
  readonly atStart: Refusal;
}

/** Entries of one reason, by the databases that report it. */
export type Entries = Readonly<Partial<Record<DatabaseKind, Entry>>>;

/** Returns the refusal with the fix that `docs/errors.md` gives for the code. */
function refusal(code: OperatorCode): Refusal {
  return { code, fix: OPERATOR_CODES[code].fix };
}

function cannotOpen(fix: string): Refusal {
  return { code: 'cannot_open_database', fix };
}

const SQLITE_CANNOT_OPEN = cannotOpen(
  'Check that the folder exists, that this user may write to it, and that the file is a SQLite database.',
);

const POSTGRES_CANNOT_OPEN: Refusal = {
  code: 'cannot_open_database',
  fix: 'Check that PostgreSQL is running and that the host and the port in --database-url are right.',
  fixByMessage: [
    [
      /client password must be/,
      'Put the password, which the server requires, into the URL, or set PGPASSWORD.',
    ],
    [
      /prepared statement/,
      'The pooler before PostgreSQL does not keep prepared statements: add --database-prepared-statements off, or set its max_prepared_statements.',
    ],
    [/not permitted to log in/, 'Let the role log in: ALTER ROLE ... LOGIN.'],
    [
      /altnames/,
      'Connect by a name that the certificate contains, or check the authority alone with sslmode=verify-ca.',
    ],
    [
      /does not support SSL/,
      'Add sslmode=disable to the URL, if the network to the database is private.',
    ],
    [
      /certificate|self.signed/i,
      "Name the authority's certificate with sslrootcert=FILE in the URL, or accept any with sslmode=require.",
    ],
    [/no encryption/, 'Add sslmode=verify-full or sslmode=require to the URL.'],
    [
      /password|authentication|role .* does not exist|SASL/i,
      'Check the user and the password in --database-url; special characters are percent-encoded.',
    ],
    [/database .* does not exist/, 'Create the database first: CREATE DATABASE, or createdb.'],
    [
      /permission denied|must be owner|no schema has been selected/,
      'Have the owner of the schema run what `colloquy migrate --sql` prints, with the GRANT at its end for this role. The role also needs USAGE on the schema.',
    ],
  ],
};

const DISK_FULL: Advice = {
  cause: 'the disk is full',
  fix: 'Free some space on the volume.',
  recovery: 'Writes go on by themselves as soon as there is room.',
};
const DISK_FAULT: Advice = {
  cause: 'the disk does not answer as it should',
  fix: "Look into the system's log for faults of the volume, and check that no quota is used up.",
  recovery: 'Writes go on by themselves when the volume works again.',
};
const DAMAGED: Advice = {
  cause: 'the database file is damaged',
  fix: 'Stop the server, run `colloquy doctor`, and replace the file by a backup.',
  recovery: 'The fault lasts until then.',
};
const OVERLOADED = 'the database does not keep up';

/** The reasons why a store can be unavailable, with the entry of each. */
export const UNAVAILABLE_REASONS = {
  /** The file or its log is not at its path any more. */
  file_gone: {
    sqlite: {
      inUse: {
        cause: 'the database file is gone from its place',
        fix: 'Put the same file back. If it was deleted, copy what the server still has open (/proc/PID/fd) before you stop it. If its log (-wal) is gone, start the server again.',
        recovery: 'Writes go on by themselves when the file is back.',
      },
    },
  },
  disk_full: {
    sqlite: { inUse: DISK_FULL, atStart: refusal('disk_full') },
    postgres: {
      inUse: DISK_FULL,
      atStart: cannotOpen('Free some space on the volume of PostgreSQL, and start again.'),
    },
  },
  /** A fault of the disk itself, as its system reports it. */
  disk_fault: {
    sqlite: { inUse: DISK_FAULT, atStart: cannotOpen(DISK_FAULT.fix) },
    postgres: { inUse: DISK_FAULT, atStart: cannotOpen(DISK_FAULT.fix) },
  },
  /** The volume, the file or its folder cannot be written, by any user or by this one. */
  read_only: {
    sqlite: {
      inUse: {
        cause: 'the database cannot be written',
        fix: "Remount the volume for writing, and look into the system's log for the reason of the change. Check that this user owns the database file and its folder.",
        recovery: 'Writes go on by themselves when the file can be written.',
      },
      atStart: refusal('database_read_only'),
    },
  },
  damaged: {
    sqlite: { inUse: DAMAGED, atStart: refusal('database_damaged') },
    postgres: {
      inUse: {
        cause: 'a table or an index of PostgreSQL is damaged',
        fix: "Keep a copy of PostgreSQL's data directory, look into its log, and restore a backup; REINDEX mends an index.",
        recovery: 'The fault lasts until then.',
      },
      atStart: cannotOpen("Look into PostgreSQL's log, and restore a backup."),
    },
  },
  not_a_database: {
    sqlite: {
      inUse: { ...DAMAGED, cause: 'the database file is not a SQLite database' },
      atStart: cannotOpen(
        'Name the right file with --database-url; this file is not a SQLite database, or its beginning is lost.',
      ),
    },
  },
  cannot_open: {
    sqlite: {
      inUse: {
        cause: 'the database file cannot be reached',
        fix: 'Check that its folder exists and that this user may write to the file and the folder.',
        recovery: 'Requests go on by themselves when the file can be opened.',
      },
      atStart: SQLITE_CANNOT_OPEN,
    },
  },
  /** Another process holds the file. */
  locked: {
    sqlite: {
      inUse: {
        cause: 'another process holds the database',
        fix: 'Find the process that has the file open, such as a backup or another server, and let it finish.',
        recovery: 'Writes go on by themselves when the process has let go of the file.',
      },
      atStart: refusal('database_locked'),
    },
  },
  /** The queue is longer than the database can serve in time. */
  overloaded: {
    sqlite: {
      inUse: {
        cause: OVERLOADED,
        fix: 'Look at colloquy_commit_duration_seconds; a quicker disk or fewer writers help.',
        recovery: 'Writes go on by themselves when fewer wait.',
      },
    },
    postgres: {
      inUse: {
        cause: OVERLOADED,
        fix: 'Raise --database-pool-size, or look for what keeps PostgreSQL busy in pg_stat_activity.',
        recovery: 'Requests go on by themselves when fewer wait.',
      },
    },
  },
  no_free_connection: {
    postgres: {
      inUse: {
        cause: 'all connections of the pool are busy',
        fix: 'Raise --database-pool-size, or look for what keeps PostgreSQL busy in pg_stat_activity.',
        recovery: 'Requests go on by themselves when a connection is free.',
      },
    },
  },
  /** The server or the role has reached its limit of connections. */
  no_connections_left: {
    postgres: {
      inUse: {
        cause: 'PostgreSQL has no connection left',
        fix: 'Lower --database-pool-size, or raise the limit of the server or of the role.',
        recovery: 'Requests go on by themselves when a connection is free.',
      },
      atStart: cannotOpen(
        'Lower --database-pool-size, or raise the limit of the server or of the role.',
      ),
    },
  },
  /** The server takes no writes. */
  standby: {
    postgres: {
      inUse: {
        cause: 'PostgreSQL takes no writes: it is a standby, or has been made read-only',
        fix: 'See that --database-url leads to the primary and that default_transaction_read_only is off there.',
        recovery: 'Writes go on by themselves then.',
      },
      atStart: cannotOpen(
        'See that --database-url leads to the primary and that default_transaction_read_only is off there.',
      ),
    },
  },
  /** A time limit of the server, or an operator, ended the request. */
  cut_short: {
    postgres: {
      inUse: {
        cause: 'PostgreSQL has cut a request short',
        fix: 'Look for what keeps it busy in pg_stat_activity, or raise --database-statement-timeout or --database-lock-timeout.',
        recovery: 'The next request is tried as usual.',
      },
      atStart: cannotOpen(
        'Let statements run longer with --database-statement-timeout 0, or look for what keeps PostgreSQL busy in pg_stat_activity.',
      ),
    },
  },
  out_of_reach: {
    postgres: {
      inUse: {
        cause: 'PostgreSQL is out of reach',
        fix: 'See that it runs and that its host and port in --database-url are right.',
        recovery: 'Requests go on by themselves when it is back.',
      },
      atStart: POSTGRES_CANNOT_OPEN,
    },
  },
  /** The store is being closed. */
  closed: { sqlite: {}, postgres: {} },
  other: {
    sqlite: { atStart: SQLITE_CANNOT_OPEN },
    postgres: { atStart: POSTGRES_CANNOT_OPEN },
  },
} as const satisfies Readonly<Record<string, Entries>>;

/** Returns the explanation of a reason. What the reason leaves open on the database is explained as `other`. */
export function explanationOf(
  reason: keyof typeof UNAVAILABLE_REASONS,
  kind: DatabaseKind,
): Explanation {
  const entries: Entries = UNAVAILABLE_REASONS[reason];
  return { ...UNAVAILABLE_REASONS.other[kind], ...entries[kind] };
}
