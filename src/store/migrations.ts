import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Driver, WriteTransaction } from './driver.ts';

/** One frozen step of the schema. `checksum` is the SHA-256 of the file, so that an edited step is noticed. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

export interface MigrationStatus {
  readonly applied: readonly Migration[];
  readonly pending: readonly Migration[];
}

/** The database and this program do not belong together; `message` says how. */
export class SchemaMismatchError extends Error {
  override readonly name = 'SchemaMismatchError';
}

const FOLDER = new URL('../../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

const CREATE_LEDGER = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    checksum   TEXT    NOT NULL,
    applied_at INTEGER NOT NULL
  )`;
const LEDGER_EXISTS = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'`;
const SELECT_ANY_TABLE = `SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1`;
const SELECT_APPLIED = 'SELECT version, name, checksum FROM schema_migrations ORDER BY version';
const INSERT_APPLIED =
  'INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)';

/** The steps that ship with this program, in order. */
export function shippedMigrations(dialect: 'sqlite'): readonly Migration[] {
  const folder = new URL(`${dialect}/`, FOLDER);
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const [, version, name] = FILE_NAME.exec(file) ?? [];
      if (version === undefined || name === undefined) {
        throw new Error(`migration file ${file} is not named NNNN_name.sql`);
      }
      const sql = readFileSync(new URL(file, folder), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { version: Number(version), name, sql, checksum };
    });
}

/** What has been applied and what has not. Rejects with {@link SchemaMismatchError}. */
export function migrationStatus(
  driver: Driver,
  shipped: readonly Migration[],
): Promise<MigrationStatus> {
  return driver.read((transaction) => {
    if (transaction.get(LEDGER_EXISTS, []) !== undefined) {
      return compare(transaction.all(SELECT_APPLIED, []), shipped);
    }
    const foreign = transaction.get(SELECT_ANY_TABLE, []);
    if (foreign === undefined) return { applied: [], pending: shipped };
    throw new SchemaMismatchError(
      `The database was made by another program: it has a table ${foreign['name']} and none of ours.`,
    );
  });
}

/** Applies what is pending, all of it or nothing, under the write lock, and returns what it applied. */
export async function migrate(
  driver: Driver,
  shipped: readonly Migration[],
  now: number,
): Promise<readonly Migration[]> {
  const { pending } = await migrationStatus(driver, shipped);
  if (pending.length === 0) return [];
  return driver.write((transaction) => apply(transaction, shipped, now));
}

function apply(
  transaction: WriteTransaction,
  shipped: readonly Migration[],
  now: number,
): readonly Migration[] {
  transaction.run(CREATE_LEDGER, []);
  // Looked at again under the lock: another process may have been first.
  const { pending } = compare(transaction.all(SELECT_APPLIED, []), shipped);
  for (const { version, name, sql, checksum } of pending) {
    transaction.script(sql);
    transaction.run(INSERT_APPLIED, [version, name, checksum, now]);
  }
  return pending;
}

function compare(
  rows: ReturnType<WriteTransaction['all']>,
  shipped: readonly Migration[],
): MigrationStatus {
  const newest = shipped.at(-1)?.version ?? 0;
  for (const row of rows) {
    const known = shipped.find(({ version }) => version === row['version']);
    if (known === undefined) {
      throw new SchemaMismatchError(
        `The database has schema version ${row['version']} (${row['name']}); this program knows versions up to ${newest}.`,
      );
    }
    if (known.checksum !== row['checksum']) {
      throw new SchemaMismatchError(
        `Migration ${known.version} (${known.name}) was applied with other content than this program ships.`,
      );
    }
  }
  const appliedVersions = new Set(rows.map((row) => row['version']));
  return {
    applied: shipped.filter(({ version }) => appliedVersions.has(version)),
    pending: shipped.filter(({ version }) => !appliedVersions.has(version)),
  };
}
