import {
  FilteredStatements,
  keyOf,
  scopeOf,
  type Statement,
} from '../conversations/access-condition.ts';
import type { ConversationRef } from '../conversations/port.ts';
import { rowFilterSql } from '../conversations/row-filter-sql.ts';
import { singleStatement, type Driver, type Scope } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { cell, integer, integerOrNull, text } from '../engine/rows.ts';
import { slotOf } from '../conversations/counts.ts';
import { withErasedOwners } from './erased-owners.ts';
import { noveltyOf, type Novelty } from './moments.ts';
import type {
  ChangedParams,
  ChangeRecord,
  ChangeStore,
  ChangeType,
  DeletionRecord,
  Head,
  Moment,
  Place,
  PlaceAtParams,
  ReadChangesParams,
  Watched,
} from './port.ts';
import * as sql from './statements.ts';
import type { Watches } from './watches.ts';

const ROWS_PER_PAGE = 500;
/** Time by which the activity of a write that is committed now may be in the past. */
const ACTIVITY_MARGIN_MS = 60 * 60 * 1000;

/** Changes in SQL, over a driver. Reads are never those of a replica. */
export class SqlChanges implements ChangeStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;
  readonly #novelty: Novelty;
  readonly #watches: Watches;

  constructor(driver: Driver, watches: Watches) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
    this.#novelty = noveltyOf(driver.syntax);
    this.#watches = watches;
  }

  async now(): Promise<Moment> {
    const query = { sql: sql.selectNow(this.#driver.syntax), parameters: [] };
    const [row] = await this.#read({ kind: 'none' }, query);
    if (row === undefined) throw new Error('a row without a table is missing');
    return {
      at: integer(row, 'at'),
      transaction: integerOrNull(row, 'transaction_number'),
      database: integer(row, 'database'),
    };
  }

  async head(ref: ConversationRef): Promise<Head | null> {
    const query = this.#statements.query(sql.selectHead, keyOf(ref), ref.access);
    const [row] = await this.#read(scopeOf(ref), query);
    return row === undefined ? null : toHead(row);
  }

  async read(params: ReadChangesParams): Promise<readonly ChangeRecord[]> {
    const { from, until, limit, access } = params;
    const range = [from.position, until.position, from.revision, until.revision, limit];
    const query = this.#statements.query(sql.selectChanges, [...keyOf(params), ...range], access);
    const rows = await this.#read(scopeOf(params), query);
    let after = from;
    return rows.map((row) => {
      const revision = integerOrNull(row, 'revision');
      after =
        revision === null
          ? { ...after, position: integer(row, 'position') + 1 }
          : { ...after, revision };
      return toChange(row, after);
    });
  }

  async *changed(params: ChangedParams): AsyncGenerator<readonly Head[], void, undefined> {
    const { at } = params.since;
    const slot = Math.max(1, slotOf(at - ACTIVITY_MARGIN_MS));
    const recorded = at - this.#novelty.marginMs;
    for (const [statement, first] of [
      [sql.selectActive, slot],
      [sql.selectUncounted, 0],
      [sql.selectTouched, recorded],
    ] as const) {
      const query = (parameters: readonly Value[]): Query =>
        this.#statements.query(statement, parameters, params.access);
      yield* this.#pages(query, params, first, toHead);
    }
  }

  async *deleted(
    params: ChangedParams,
  ): AsyncGenerator<readonly DeletionRecord[], void, undefined> {
    const first = params.since.at - this.#novelty.marginMs;
    const query = (parameters: readonly Value[]): Query =>
      this.#ofDeletions(sql.selectDeleted, parameters, params);
    yield* this.#pages(query, params, first, toDeletion);
  }

  async deletion(ref: ConversationRef): Promise<DeletionRecord | null> {
    const [row] = await this.#read(
      scopeOf(ref),
      this.#ofDeletions(sql.selectDeletion, keyOf(ref), ref),
    );
    return row === undefined ? null : toDeletion(row);
  }

  async placeAt(params: PlaceAtParams): Promise<Place> {
    const { isByTime, since } = this.#novelty;
    // A fork has the times of the items that it has copied.
    if (isByTime && params.createdAt >= since(params.moment)) return { position: 0, revision: 0 };
    const query = {
      sql: sql.selectPlaceAt(this.#driver.syntax),
      parameters: [...keyOf(params), this.#novelty.since(params.moment)],
    };
    const [row] = await this.#read(scopeOf(params), query);
    const position = row === undefined ? null : integerOrNull(row, 'position');
    const revision = row === undefined ? null : integerOrNull(row, 'revision');
    return { position: position === null ? 0 : position + 1, revision: revision ?? 0 };
  }

  watch(on: Watched, listener: () => void): () => void {
    return this.#watches.add({ ...on, listener });
  }

  sweep({ olderThanMs }: { readonly olderThanMs: number }): Promise<void> {
    const query = { sql: sql.deleteOlder(this.#driver.syntax), parameters: [olderThanMs] };
    const write = singleStatement({ kind: 'all' }, query, [], () => undefined);
    return this.#driver.write(write);
  }

  /** Yields pages of rows from a place on, in the order of their places and ids. */
  async *#pages<Entry>(
    query: (parameters: readonly Value[]) => Query,
    { tenant, since }: ChangedParams,
    first: number,
    toEntry: (row: Row) => Entry,
  ): AsyncGenerator<readonly Entry[], void, undefined> {
    let after: readonly [place: number, id: string] = [first, ''];
    for (;;) {
      const parameters = [tenant, this.#novelty.since(since), ...after, ROWS_PER_PAGE];
      const rows = await this.#read(scopeOf({ tenant }), query(parameters));
      if (rows.length > 0) yield rows.map(toEntry);
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return;
      after = [integer(last, 'place'), text(last, 'id')];
    }
  }

  /**
   * Completes a statement about deletions. They are filtered by owner and attributes alone: the conversations are gone,
   * or in the trash.
   */
  #ofDeletions(
    statement: Statement,
    parameters: readonly Value[],
    { tenant, access }: Pick<ConversationRef, 'tenant' | 'access'>,
  ): Query {
    const { syntax } = this.#driver;
    const filter = withErasedOwners(tenant, access);
    const condition = rowFilterSql(filter, parameters.length + 1, syntax);
    return {
      sql: statement(`(${condition.sql}) IS TRUE`, syntax),
      parameters: [...parameters, ...condition.parameters],
    };
  }

  #read(scope: Scope, query: Query): Promise<readonly Row[]> {
    return this.#driver.read({ scope, query });
  }
}

function toHead(row: Row): Head {
  return {
    conversationId: text(row, 'id'),
    createdAt: integer(row, 'created_at'),
    position: integer(row, 'next_position'),
    revision: integer(row, 'revision'),
  };
}

function toDeletion(row: Row): DeletionRecord {
  return {
    conversationId: text(row, 'id'),
    position: integer(row, 'next_position'),
    revision: integer(row, 'revision'),
    at: integer(row, 'changed_at'),
  };
}

function toChange(row: Row, after: Place): ChangeRecord {
  return {
    // Sound: only statements with these types write the column.
    type: text(row, 'type') as ChangeType,
    itemId: cell(row, 'item_id') === null ? null : text(row, 'item_id'),
    position: integerOrNull(row, 'position'),
    at: integer(row, 'at'),
    after,
  };
}
