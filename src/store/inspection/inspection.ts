import { stat } from 'node:fs/promises';
import type { DatabaseOptions } from '../../options/database.ts';
import type { Read, Reader } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { checkCounts, type CountsReport } from './counts.ts';
import { storedHistories, type StoredHistory } from './histories.ts';
import { readFigures, type Figures } from './figures.ts';
import * as sql from './statements.ts';
import { migrationStatus, shippedMigrations, type MigrationStatus } from '../engine/migrations.ts';
import {
  checkItems,
  checkPlaces,
  lastConversation,
  type ItemsReport,
  type PlacesReport,
  type Thoroughness,
} from './integrity.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { distributionOf, missingLimits, undistributedTables } from '../postgres/citus.ts';
import { assertRights, assertWalls } from '../postgres/preconditions.ts';
import type { ReplicaReport } from '../postgres/replica.ts';
import { checkSearch, readSearchState, type SearchReport, type SearchState } from './search.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';
import { databaseFiles } from '../sqlite/files.ts';

/** A store that is only read, and may be served by other processes at the same time. */
export class Inspection implements AsyncDisposable {
  readonly #reader: Reader;
  readonly #options: DatabaseOptions;

  constructor(reader: Reader, options: DatabaseOptions) {
    this.#reader = {
      syntax: reader.syntax,
      read: (read) => readOrSay(reader, read),
      close: () => reader.close(),
    };
    this.#options = options;
  }

  /** Whether the conversations are in shards on several nodes. */
  get isSharded(): boolean {
    return this.#reader.syntax.name === 'citus';
  }

  /** The database's program and version. Rejects when the database cannot be read. */
  async engine(): Promise<string> {
    const [row] = await this.#read({
      sql: sql.SELECT_ENGINE[this.#reader.syntax.name],
      parameters: [],
    });
    return row === undefined ? '' : text(row, 'engine');
  }

  /** Rejects with `SchemaMismatchError` for a schema that is newer, or not ours. */
  async migrations(): Promise<MigrationStatus> {
    return migrationStatus(this.#reader, shippedMigrations(this.#reader.syntax));
  }

  /** Returns the damage that SQLite finds in its file, a few entries at most. Reads all of the file. */
  async damage(): Promise<readonly string[]> {
    const rows = await this.#read({ sql: sql.CHECK_SQLITE_FILE, parameters: [] });
    return rows.map((row) => text(row, 'integrity_check')).filter((line) => line !== 'ok');
  }

  /** Checks PostgreSQL's rights. Rejects with an `OperatorError` if this role could not serve. */
  assertRights(): Promise<void> {
    return assertRights(this.#reader);
  }

  /**
   * Returns whether row-level security is on; SQLite has none. Rejects with an `OperatorError` if it would hide rows
   * from this program.
   */
  async hasWalls(): Promise<boolean> {
    const options = this.#options;
    return options.kind === 'postgres' && assertWalls(this.#reader, options.rowLevelSecurity);
  }

  /** Returns the statements that distribute the tables which pending migrations bring to a Citus cluster. */
  async pendingDistribution(): Promise<readonly string[]> {
    if (!this.isSharded) return [];
    const tables = await undistributedTables(this.#reader);
    return tables.flatMap(distributionOf).map((sql) => `${sql};`);
  }

  /** Returns the names of the nodes of a Citus cluster that cannot be reached. */
  async unreachableNodes(): Promise<readonly string[]> {
    const { selectUnreachableNodes: statement } = this.#reader.syntax;
    if (statement === undefined) return [];
    const rows = await this.#read({ sql: statement, parameters: [] });
    return rows.map((row) => text(row, 'node'));
  }

  /** Returns the statements that set the limits of statements on the workers of a Citus cluster where they are absent. */
  async missingLimits(): Promise<readonly string[]> {
    const options = this.#options;
    if (!this.isSharded || options.kind !== 'postgres') return [];
    const limits = await missingLimits(this.#reader, options);
    return limits.map(
      ([name, milliseconds]) => `ALTER ROLE CURRENT_USER SET ${name} = ${milliseconds};`,
    );
  }

  /**
   * Returns the state of the replica; `undefined` without one. Rejects with an `OperatorError` where no server would
   * start with it.
   */
  async replica(): Promise<ReplicaReport | undefined> {
    const options = this.#options;
    if (options.kind === 'sqlite' || options.replica === undefined) return undefined;
    // Loaded only where it is used: this file is part of every start.
    const { Replica } = await import('../postgres/replica.ts');
    return Replica.examine(options.replica, options, this.#reader);
  }

  /** Returns the time of the database's own clock, Unix milliseconds. */
  async now(): Promise<number> {
    const query = { sql: `SELECT ${this.#reader.syntax.now} AS now`, parameters: [] };
    const [row] = await this.#read(query);
    return row === undefined ? 0 : integer(row, 'now');
  }

  /** Returns the creation time of the newest conversation, Unix milliseconds; null when there is none. */
  async newest(): Promise<number | null> {
    const [row] = await this.#read({
      sql: sql.SELECT_TENANTS[this.#reader.syntax.name],
      parameters: [],
    });
    return row === undefined ? null : integerOrNull(row, 'newest');
  }

  /** Returns how many conversations should have been deleted so many milliseconds ago, up to `most`. */
  async overdue(sinceMs: number, most: number): Promise<number> {
    const query = { sql: sql.countOverdue(this.#reader.syntax), parameters: [most, sinceMs] };
    const [row] = await this.#read(query);
    return row === undefined ? 0 : integer(row, 'count');
  }

  /** Checks that all rows belong to a conversation, and items to positions that it has given away. */
  checkPlaces(thoroughness: Thoroughness): Promise<PlacesReport> {
    return checkPlaces(this.#reader.syntax, this.#read, thoroughness);
  }

  /** Checks that items are the JSON that the rows name. */
  checkItems(thoroughness: Thoroughness): Promise<ItemsReport> {
    return checkItems(this.#reader.syntax, this.#read, thoroughness);
  }

  /** Checks that conversations keep the counts of their items. */
  checkCounts(thoroughness: Thoroughness): Promise<CountsReport> {
    return checkCounts(this.#reader.syntax, this.#read, thoroughness);
  }

  /** Searches for a sample of the items. */
  checkSearch(): Promise<SearchReport> {
    return checkSearch(this.#reader.syntax, this.#read);
  }

  /** Returns how much the index of words has, and how much waits for it. */
  searchState(): Promise<SearchState> {
    return readSearchState(this.#reader.syntax, this.#read);
  }

  /** Yields the conversations that have items, of one tenant or of all. */
  async *histories(tenant: string | undefined): AsyncGenerator<StoredHistory> {
    const end = await lastConversation(this.#read);
    if (end !== undefined) yield* storedHistories(this.#read, end, tenant);
  }

  /** Returns the figures of the store. Large tables are estimated unless a full count is requested. */
  figures({ full }: Pick<Thoroughness, 'full'>): Promise<Figures> {
    return readFigures(this.#reader.syntax, this.#read, full);
  }

  /** Bytes of the database and of its log; null: the log is not the database's own. */
  async sizes(): Promise<{ readonly database: number; readonly log: number | null }> {
    if (this.#options.kind === 'sqlite') {
      const { database, log } = databaseFiles(this.#options.path);
      return {
        database: (await stat(database)).size,
        log: await stat(log).then(
          ({ size }) => size,
          () => 0,
        ),
      };
    }
    const [row] = await this.#read({ sql: this.#reader.syntax.selectSize, parameters: [] });
    return { database: row === undefined ? 0 : integer(row, 'size'), log: null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.close();
  }

  readonly #read = (query: Query): Promise<readonly Row[]> =>
    this.#reader.read({ scope: { kind: 'all' }, query });
}

/** Every failure of a statement is the database's here, which may have other tables, or broken ones. */
async function readOrSay(reader: Reader, read: Read): Promise<readonly Row[]> {
  try {
    return await reader.read(read);
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    throw new StoreUnavailableError('other', 'the database cannot be read', { cause: error });
  }
}
