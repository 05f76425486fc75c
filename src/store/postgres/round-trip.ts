import type { Connection, FieldDef, Submittable } from 'pg';
import type { Query, Row, Value } from '../engine/query.ts';
import type { Description, StatementCache } from './statement-cache.ts';
import { textArray } from './text-array.ts';

type Results = readonly (readonly Row[])[];

export interface RoundTripOptions {
  readonly statements: StatementCache;
  /** How many statements must succeed, by default all; without the rest the trip resolves with no rows of theirs. */
  readonly required?: number;
  /** After how many milliseconds without an answer the connection counts as broken. */
  readonly timeoutMs: number;
  readonly resolve: (results: Results) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Several statements in one round trip, and one transaction unless one is open: all are sent one after the other, with
 * one Sync at the end, https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY. The driver's
 * own query object sends a Sync with each statement.
 */
export class RoundTrip implements Submittable {
  readonly #queries: readonly Query[];
  readonly #options: RoundTripOptions;
  readonly #results: Row[][];
  readonly #descriptions: (Description | undefined)[];
  #connection: Connection | undefined;
  #current = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(queries: readonly Query[], options: RoundTripOptions) {
    this.#queries = queries;
    this.#options = options;
    this.#results = queries.map(() => []);
    this.#descriptions = queries.map(({ sql }) => options.statements.descriptionOf(sql));
  }

  submit(connection: Connection): void {
    const { statements, timeoutMs } = this.#options;
    this.#connection = connection;
    this.#timer = setTimeout(() => {
      connection.stream.destroy(new Error(`no answer from the database in ${timeoutMs} ms`));
    }, timeoutMs);
    connection.stream.cork();
    this.#queries.forEach((query, index) => {
      const { sql, parameters } = query;
      const name = statements.nameOf(query);
      if (statements.mustPrepare(connection, name)) {
        connection.parse({ name, text: sql, types: [] }, true);
      }
      connection.bind({ statement: name, values: parameters.map(bindable) }, true);
      if (this.#descriptions[index] === undefined) connection.describe({ type: 'P' }, true);
      connection.execute({}, true);
    });
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    this.#describe(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const description = this.#descriptions[this.#current];
    if (description === undefined) throw new Error('a row came without a description');
    const { columns, areNumbers } = description;
    const cells = fields.map((text, index) =>
      areNumbers[index] === true && text !== null ? Number(text) : text,
    );
    this.#results[this.#current]?.push({ columns, cells });
  }

  handleCommandComplete(): void {
    // A statement without a result is described by silence.
    if (this.#descriptions[this.#current] === undefined) this.#describe([]);
    this.#current += 1;
  }

  handleError(error: unknown): void {
    this.#end();
    const { required = this.#queries.length } = this.#options;
    if (this.#current >= required) this.#options.resolve(this.#results);
    else this.#options.reject(error);
  }

  handleReadyForQuery(): void {
    this.#end();
    this.#options.resolve(this.#results);
  }

  #describe(fields: readonly FieldDef[]): void {
    const query = this.#queries[this.#current];
    if (query === undefined) return;
    this.#descriptions[this.#current] = this.#options.statements.describe(query, fields);
  }

  #end(): void {
    clearTimeout(this.#timer);
    if (this.#connection !== undefined) this.#options.statements.settle(this.#connection);
  }
}

/** A value as PostgreSQL reads it: from text, and a list in binary. */
function bindable(value: Value): string | Buffer | null {
  if (value === null) return null;
  if (typeof value === 'object') return textArray(value.map(storable));
  return storable(String(value));
}

/** PostgreSQL's text has no U+0000, and nothing stored has one outside JSON, where it is escaped: what has one finds nothing. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
