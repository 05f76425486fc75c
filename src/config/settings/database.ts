import type { DatabaseOptions } from '../../options/database.ts';
import { databaseUrl, postgresUrl } from './database-url.ts';
import { group, type Parsed, type Table } from './entry.ts';
import { choice, exactText, onOff, orNone, secondsAsMs, wholeNumber } from './parsers.ts';
import type { Place } from './place.ts';

const ENTRIES = {
  address: {
    name: 'database-url',
    placeholder: 'URL',
    parser: databaseUrl,
    default: 'sqlite:./colloquy.db',
    isSecret: true,
    description:
      'Place of the data: `sqlite:PATH`, `sqlite::memory:` to keep nothing, or `postgres://USER:PASSWORD@HOST/DATABASE`.',
  },
  replica: {
    name: 'database-read-url',
    placeholder: 'URL',
    parser: postgresUrl,
    isSecret: true,
    description:
      'PostgreSQL: a streaming replica of the database, which answers reads of conversations and items.',
  },
  poolSize: {
    name: 'database-pool-size',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 1000),
    default: '10',
    description:
      'PostgreSQL: connections of this process at a time, to the primary and to a replica each.',
  },
  statementTimeoutMs: {
    name: 'database-statement-timeout',
    placeholder: 'SECONDS',
    parser: secondsAsMs(0, 3600),
    default: '30',
    description: 'PostgreSQL: longest time of a statement; 0 for the limit of the database.',
  },
  lockTimeoutMs: {
    name: 'database-lock-timeout',
    placeholder: 'SECONDS',
    parser: secondsAsMs(0, 3600),
    default: '10',
    description:
      'PostgreSQL: longest time that a statement waits for a lock; 0 for the limit of the database.',
  },
  applicationName: {
    name: 'database-application-name',
    placeholder: 'NAME',
    parser: orNone(exactText),
    default: 'colloquy',
    description: 'PostgreSQL: name of this process in the list of connections.',
  },
  preparedStatements: {
    name: 'database-prepared-statements',
    parser: onOff,
    default: 'on',
    description:
      'PostgreSQL: `off` for a pooler that does not carry prepared statements from one connection to another.',
  },
  rowLevelSecurity: {
    name: 'rls',
    parser: onOff,
    default: 'off',
    description:
      'PostgreSQL: adds row-level security to every statement, as a second wall between tenants.',
  },
  synchronous: {
    name: 'sqlite-synchronous',
    placeholder: 'MODE',
    parser: choice(['full', 'normal']),
    default: 'full',
    description:
      'SQLite: with `full` an answered write survives a power cut. With `normal` it survives a crash of the process; a power cut may lose the last ones.',
  },
} as const satisfies Table;

export const DATABASE = { database: group({ entries: ENTRIES, finish: databaseOptions }) } as const;

function databaseOptions(
  { address, replica, synchronous, ...settings }: Parsed<typeof ENTRIES>,
  place: Place,
): DatabaseOptions {
  if (address.kind === 'postgres') {
    const named = <Address extends typeof address>(server: Address) => ({
      ...server,
      applicationName: server.applicationName ?? settings.applicationName ?? '',
    });
    return { ...settings, ...named(address), replica: replica && named(replica) };
  }
  if (replica !== undefined) {
    throw place
      .at('replica')
      .invalid(
        'it is given, and the database is SQLite, which has no replicas',
        'Leave database-read-url out, or name a PostgreSQL database with --database-url.',
      );
  }
  if (settings.rowLevelSecurity) {
    const rls = place.at('rowLevelSecurity');
    throw rls.invalid(
      'it is on, and the database is SQLite, which has no row-level security',
      'Leave rls out, or name a PostgreSQL database with --database-url.',
    );
  }
  return { kind: 'sqlite', path: address.path, synchronous };
}
