import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Steps } from '../engine/driver.ts';
import type { Cell, Columns, Query, Row, Value } from '../engine/query.ts';

const MOST_STATEMENTS = 200;

/** Returns the parameters as SQLite binds them: lists as JSON. */
function bindable(parameters: readonly Value[]): Cell[] {
  return parameters.map((value) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  );
}

const READ = /^\s*SELECT\b/i;

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: Columns;
  /** `true` for a statement that changes nothing. */
  readonly isRead: boolean;
}

export type Watched<Result> =
  | { readonly result: Result }
  | { readonly error: unknown; readonly hasChanged: boolean };

/** Statements on one connection, prepared once each. */
export class SqliteSteps implements Steps {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  #hasChanged = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Calls `work`, and returns with its result or error whether it has changed anything by then. */
  watch<Result>(work: () => Result): Watched<Result> {
    this.#hasChanged = false;
    try {
      return { result: work() };
    } catch (error) {
      return { error, hasChanged: this.#hasChanged };
    }
  }

  all({ sql, parameters }: Query): readonly Row[] {
    const { statement, columns, isRead } = this.#prepared(sql);
    // Sound: rows are arrays by request, and every column of the schema is TEXT or INTEGER.
    const rows = statement.all(...bindable(parameters)) as unknown as readonly Cell[][];
    // Without RETURNING, no row shows whether the statement has changed anything.
    this.#hasChanged ||= !isRead;
    return rows.map((cells) => ({ columns, cells }));
  }

  get({ sql, parameters }: Query): Row | undefined {
    const { statement, columns, isRead } = this.#prepared(sql);
    // Sound: as in `all`.
    const cells = statement.get(...bindable(parameters)) as unknown as Cell[] | undefined;
    this.#hasChanged ||= !isRead && cells !== undefined;
    return cells === undefined ? undefined : { columns, cells };
  }

  run({ sql, parameters }: Query): number {
    const { statement } = this.#prepared(sql);
    const changes = Number(statement.run(...bindable(parameters)).changes);
    this.#hasChanged ||= changes > 0;
    return changes;
  }

  script(sql: string): void {
    this.#hasChanged = true;
    this.#database.exec(sql);
  }

  #prepared(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // `$1` is a name to SQLite; `?1` is the numbered parameter that PostgreSQL writes as `$1`.
    const statement = this.#database.prepare(sql.replaceAll(/\$(\d+)/g, '?$1'));
    statement.setReturnArrays(true);
    const columns = new Map(statement.columns().map(({ name }, index) => [name, index]));
    const prepared = { statement, columns, isRead: READ.test(sql) };
    // Lists come in many shapes; the oldest statement makes room.
    if (this.#statements.size >= MOST_STATEMENTS) {
      const [oldest = ''] = this.#statements.keys();
      this.#statements.delete(oldest);
    }
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
