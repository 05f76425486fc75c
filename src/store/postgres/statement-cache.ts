import type { Connection, FieldDef } from 'pg';
import type { Columns, Query } from '../engine/query.ts';

/** The server's description of a result: the index of each column, and whether its text is a number. */
export interface Description {
  readonly columns: Columns;
  readonly areNumbers: readonly boolean[];
}

/** Statements that get a name; the shapes of lists are many, and what comes later goes without. */
const MOST_NAMES = 500;
/** `int8`, `int2` and `int4`: what this schema has of numbers. */
const NUMBER_TYPES = new Set([20, 21, 23]);

interface ConnectionState {
  readonly prepared: Set<string>;
  /** Names in the order in which the server was sent the statements. */
  readonly preparing: string[];
}

/** The statements of a process: names, connections that have prepared them, and columns. */
export class StatementCache {
  readonly #isNaming: boolean;
  readonly #names = new Map<string, string>();
  readonly #descriptions = new Map<string, Description>();
  readonly #connections = new WeakMap<Connection, ConnectionState>();

  constructor(isNaming: boolean) {
    this.#isNaming = isNaming;
  }

  /** The name to prepare a statement under; empty: prepare it for this once. */
  nameOf({ sql, isOnce }: Query): string {
    if (!this.#isNaming || isOnce === true) return '';
    const known = this.#names.get(sql);
    if (known !== undefined) return known;
    if (this.#names.size >= MOST_NAMES) return '';
    const name = `colloquy_${this.#names.size}`;
    this.#names.set(sql, name);
    return name;
  }

  /** Returns whether a statement must be sent before it can run, and notes that it now is. */
  mustPrepare(connection: Connection, name: string): boolean {
    const { prepared, preparing } = this.#stateOf(connection);
    if (name !== '' && (prepared.has(name) || preparing.includes(name))) return false;
    preparing.push(name);
    return true;
  }

  /** Forgets the statements that the server skipped after a failed one. */
  settle(connection: Connection): void {
    this.#stateOf(connection).preparing.length = 0;
  }

  descriptionOf(sql: string): Description | undefined {
    return this.#descriptions.get(sql);
  }

  /** Notes the columns of a statement, as the server has described them. */
  describe({ sql, isOnce }: Query, fields: readonly FieldDef[]): Description {
    const description = {
      columns: new Map(fields.map(({ name }, index) => [name, index])),
      areNumbers: fields.map(({ dataTypeID }) => NUMBER_TYPES.has(dataTypeID)),
    };
    if (isOnce !== true && this.#descriptions.size < MOST_NAMES)
      this.#descriptions.set(sql, description);
    return description;
  }

  #stateOf(connection: Connection): ConnectionState {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const state: ConnectionState = { prepared: new Set(), preparing: [] };
    // A prepared statement outlives the failure of a later one on the same trip.
    connection.on('parseComplete', () => {
      const name = state.preparing.shift();
      if (name !== undefined && name !== '') state.prepared.add(name);
    });
    this.#connections.set(connection, state);
    return state;
  }
}
