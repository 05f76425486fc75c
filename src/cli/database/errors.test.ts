import { expect, test } from 'vitest';
import {
  StoreUnavailableError,
  type UnavailableReason,
} from '../../base/errors/store-unavailable.ts';
import type { DatabaseOptions } from '../../options/database.ts';
import { openingError, unavailableError } from './errors.ts';

const SQLITE: DatabaseOptions = { kind: 'sqlite', path: 'x.db', synchronous: 'full' };
const POSTGRES: DatabaseOptions = {
  kind: 'postgres',
  host: 'h',
  port: 1,
  database: 'd',
  user: 'u',
  password: 's3cret',
  tls: { mode: 'disable', rootCertificate: undefined, certificate: undefined, key: undefined },
  replica: undefined,
  poolSize: 1,
  statementTimeoutMs: 0,
  lockTimeoutMs: 0,
  applicationName: 'colloquy',
  preparedStatements: true,
  rowLevelSecurity: false,
};

function failure(reason: UnavailableReason, message: string): StoreUnavailableError {
  return new StoreUnavailableError(reason, 'not this message', { cause: new Error(message) });
}

test('An error of opening names the database, the cause and the message at its root', () => {
  const error = openingError(failure('locked', 'database is locked'), SQLITE);
  expect(error).toMatchObject({
    code: 'database_locked',
    message:
      'The database sqlite:x.db cannot be opened: another process holds the database (database is locked)',
    fix: 'Stop the process that holds it, or try again when it has finished.',
  });
});

test.each([
  ['other', 'password authentication failed for user "u"', /percent-encoded/],
  ['other', 'database "d" does not exist', /CREATE DATABASE/],
  ['other', 'permission denied for table items', /migrate --sql/],
  ['out_of_reach', 'self-signed certificate', /sslrootcert/],
  ['out_of_reach', 'The server does not support SSL connections', /sslmode=disable/],
  ['out_of_reach', 'connect ECONNREFUSED 127.0.0.1:1', /PostgreSQL is running/],
  ['no_connections_left', 'too many connections for role "password"', /--database-pool-size/],
] as const)(
  'An error of opening PostgreSQL (%s: %s) has the fix for it',
  (reason, message, fix) => {
    const error = openingError(failure(reason, message), POSTGRES);
    expect(error.code).toBe('cannot_open_database');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('s3cret');
    expect(error.fix).toMatch(fix);
  },
);

test('An error while a command uses the database has the fix of a running server', () => {
  expect(unavailableError(failure('disk_full', 'disk I/O error'), SQLITE)).toMatchObject({
    code: 'database_unavailable',
    message:
      'The database sqlite:x.db takes no requests right now: the disk is full (disk I/O error)',
    fix: 'Free some space on the volume. Then run the command again.',
  });
  expect(unavailableError(failure('other', 'strange'), SQLITE).message).toMatch(/: strange$/);
});
