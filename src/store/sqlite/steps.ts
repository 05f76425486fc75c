import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Query, Row, Steps, Value } from '../driver.ts';

const MOST_STATEMENTS = 200;

/** What SQLite binds: lists as JSON. */
function bindable(value: Value): string | number | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

type Cell = string | number | null;

/** Built here, since objects that the binding builds are dictionaries, which cost a short read a tenth of its time. */
function toRow(columns: readonly string[], cells: readonly Cell[]): Row {
  const row: Record<string, Cell> = {};
  for (let index = 0; index < columns.length; index += 1) {
    row[columns[index] ?? ''] = cells[index] ?? null;
  }
  return row;
}

/** Statements on one connection, prepared once each. */
export class SqliteSteps implements Steps {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all({ sql, parameters }: Query): readonly Row[] {
    const { statement, columns } = this.#prepared(sql);
    // Sound: rows are arrays by request, and every column of the schema is TEXT or INTEGER.
    const rows = statement.all(...parameters.map(bindable)) as unknown as readonly Cell[][];
    return rows.map((cells) => toRow(columns, cells));
  }

  get({ sql, parameters }: Query): Row | undefined {
    const { statement, columns } = this.#prepared(sql);
    // Sound: as in `all`.
    const cells = statement.get(...parameters.map(bindable)) as unknown as Cell[] | undefined;
    return cells === undefined ? undefined : toRow(columns, cells);
  }

  run({ sql, parameters }: Query): number {
    const { statement } = this.#prepared(sql);
    return Number(statement.run(...parameters.map(bindable)).changes);
  }

  script(sql: string): void {
    this.#database.exec(sql);
  }

  #prepared(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // `$1` is a name to SQLite; `?1` is the numbered parameter that PostgreSQL writes as `$1`.
    const statement = this.#database.prepare(sql.replaceAll(/\$(\d+)/g, '?$1'));
    statement.setReturnArrays(true);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    // Callers can ask for many shapes of a list; the oldest statement makes room.
    if (this.#statements.size >= MOST_STATEMENTS) {
      const [oldest = ''] = this.#statements.keys();
      this.#statements.delete(oldest);
    }
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
