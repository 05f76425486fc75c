import { keyOf, scopeOf } from '../conversations/access-condition.ts';
import { singleStatement, type Driver } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';
import { joinedEvents, splitEvents } from './events-text.ts';
import type { AppendEventsParams, EventsRef, ResponseEventStore, StoredEvents } from './port.ts';
import * as sql from './statements.ts';

/** Events of responses in SQL, over a driver. */
export class SqlResponseEvents implements ResponseEventStore {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  append(params: AppendEventsParams): Promise<boolean> {
    const { token, sequence, events } = params;
    const list = joinedEvents(events);
    const next = sequence + events.length;
    const query = {
      sql: sql.insertEvents(this.#driver.syntax),
      parameters: [...refOf(params), token, sequence, next, Buffer.byteLength(list), list],
    };
    return this.#driver.write({
      ...singleStatement(scopeOf(params), query, [], (rows) => rows.length > 0),
      proof: {
        query: { sql: sql.SELECT_EVENTS_AT, parameters: [...refOf(params), sequence] },
        result: ([row]) =>
          row !== undefined && integer(row, 'next_sequence') === next ? true : undefined,
      },
    });
  }

  async read(
    params: EventsRef & { readonly from: number; readonly limit: number },
  ): Promise<readonly StoredEvents[]> {
    const parameters = [...refOf(params), params.from, params.limit];
    const query = { sql: sql.SELECT_EVENTS, parameters };
    const rows = await this.#driver.read({ scope: scopeOf(params), query });
    return rows.map((row) => ({
      sequence: integer(row, 'sequence'),
      events: splitEvents(text(row, 'events')),
    }));
  }

  async sweep({
    olderThanMs,
    maxBytes,
  }: {
    readonly olderThanMs: number;
    readonly maxBytes: number;
  }): Promise<void> {
    await this.#delete({ sql: sql.deleteOlder(this.#driver.syntax), parameters: [olderThanMs] });
    const [row] = await this.#driver.read({
      scope: { kind: 'all' },
      query: { sql: sql.SELECT_EXCESS, parameters: [maxBytes] },
    });
    const until = row === undefined ? null : integerOrNull(row, 'excess_until');
    if (until !== null) await this.#delete({ sql: sql.DELETE_UNTIL, parameters: [until] });
  }

  async #delete(query: Query): Promise<void> {
    const write = singleStatement({ kind: 'all' }, query, [], () => true);
    await this.#driver.write({ ...write, erases: true });
  }
}

function refOf(ref: EventsRef): readonly [string, string, string] {
  return [...keyOf(ref), ref.responseId];
}
