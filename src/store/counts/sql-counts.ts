import type { ArchivePlace } from '../archive/port.ts';
import { scopeOf } from '../conversations/access-condition.ts';
import { slotOf } from '../conversations/counts.ts';
import { conversationTopic, listTopic } from '../conversations/topics.ts';
import { singleStatement, type Driver } from '../engine/driver.ts';
import type { Row, Value } from '../engine/query.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';
import type { CountsStore, UncountedConversation } from './port.ts';
import * as sql from './statements.ts';

/** Items that one statement counts: some milliseconds of an embedded database, which does nothing else meanwhile. */
const ITEMS_PER_PIECE = 1_000;

interface Counts {
  readonly items: number;
  readonly bytes: number;
}

/** Counting in SQL, over a driver. */
export class SqlCounts implements CountsStore {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async uncounted(after: ArchivePlace, limit: number): Promise<readonly UncountedConversation[]> {
    const query = { sql: sql.SELECT_UNCOUNTED, parameters: [after.tenant, after.id, limit] };
    const rows = await this.#driver.read({ scope: { kind: 'all' }, query });
    return rows.map((row) => ({
      tenant: text(row, 'tenant'),
      id: text(row, 'id'),
      revision: integer(row, 'revision'),
      createdAt: integer(row, 'created_at'),
    }));
  }

  async count(conversation: UncountedConversation): Promise<boolean> {
    const { items, bytes } = await this.#counts(conversation);
    const [last] = items === 0 ? [] : await this.#read(conversation, sql.SELECT_LAST_TIME);
    const activeAt = last === undefined ? null : integer(last, 'created_at');
    // The slot of a counted conversation is not 0, however early its time is.
    const slot = Math.max(1, slotOf(activeAt ?? conversation.createdAt));
    const { tenant, id, revision } = conversation;
    const key = { tenant, conversationId: id };
    const write = singleStatement(
      scopeOf(conversation),
      {
        sql: sql.KEEP_COUNTS,
        parameters: [tenant, id, revision, items, bytes, activeAt, slot],
      },
      [conversationTopic(key), listTopic(key)],
      (rows) => rows.length > 0,
    );
    return this.#driver.write(write);
  }

  async #counts(conversation: UncountedConversation): Promise<Counts> {
    let [items, bytes, position] = [0, 0, -1];
    for (;;) {
      const rows = await this.#read(conversation, sql.COUNT_PIECE, position, ITEMS_PER_PIECE);
      const piece = rows[0];
      const last = piece === undefined ? null : integerOrNull(piece, 'last');
      if (piece === undefined || last === null) return { items, bytes };
      items += integer(piece, 'items');
      bytes += integer(piece, 'bytes');
      position = last;
      if (integer(piece, 'items') < ITEMS_PER_PIECE) return { items, bytes };
    }
  }

  #read(
    { tenant, id }: UncountedConversation,
    statement: string,
    ...more: readonly Value[]
  ): Promise<readonly Row[]> {
    const query = { sql: statement, parameters: [tenant, id, ...more] };
    return this.#driver.read({ scope: scopeOf({ tenant }), query });
  }
}
