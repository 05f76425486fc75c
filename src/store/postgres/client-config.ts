import { readFile } from 'node:fs/promises';
import type { PoolConfig } from 'pg';
import type { PostgresOptions, TlsOptions } from '../../options/database.ts';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';

/** Timeout of a request's wait for a connection, free or new. */
const CONNECT_WITHIN_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
const IDLE_FOR_MS = 60_000;

/** The options in the words of the `pg` package. Reads the certificates. */
export async function clientConfig(options: PostgresOptions): Promise<PoolConfig> {
  const { host, port, database, user, password, poolSize, applicationName } = options;
  const { statementTimeoutMs, lockTimeoutMs } = options;
  return {
    host,
    port,
    database,
    user,
    password,
    ssl: await tlsOptions(options.tls),
    max: poolSize,
    application_name: applicationName,
    // Left out where they are 0: a pooler may refuse parameters that it does not support.
    ...(statementTimeoutMs > 0 && {
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
    }),
    ...(lockTimeoutMs > 0 && { lock_timeout: lockTimeoutMs }),
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    idleTimeoutMillis: IDLE_FOR_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  };
}

async function tlsOptions(tls: TlsOptions): Promise<NonNullable<PoolConfig['ssl']>> {
  if (tls.mode === 'disable') return false;
  const [ca, cert, key] = await Promise.all(
    [tls.rootCertificate, tls.certificate, tls.key].map(readPem),
  );
  return {
    rejectUnauthorized: tls.mode !== 'require',
    ...(tls.mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new OperatorError(
      'unreadable_certificate',
      `The file ${path} cannot be read: ${messageOf(error)}`,
      'Check sslrootcert, sslcert and sslkey in the database URL.',
      error,
    );
  });
}
