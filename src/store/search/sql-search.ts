import { toPage } from '../../base/paging.ts';
import { scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Driver } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { cell, integer, text } from '../engine/rows.ts';
import { FOUND_COLUMNS, foundCondition, Parameters } from './conditions.ts';
import { eraseQueued, reset } from './emptying.ts';
import type { SearchEngine } from './engine.ts';
import { addWaiting } from './indexing.ts';
import type {
  ChangedConversations,
  FoundItem,
  FoundPage,
  IndexedBatch,
  SearchByIdParams,
  SearchByRankParams,
  SearchByTimeParams,
  SearchPlace,
  SearchStore,
  TimedPage,
  WaitingBatch,
} from './port.ts';
import { POSTGRES_SEARCH } from './postgres-search.ts';
import { Rewriting } from './rewriting.ts';
import { SQLITE_SEARCH } from './sqlite-search.ts';
import * as sql from './statements.ts';

/** Conversations that are looked at together for waiting items: a millisecond or two. */
const MOST_LOOKED_AT = 2_000;

/** The search in SQL, over a driver. */
export class SqlSearch implements SearchStore {
  readonly changed: ChangedConversations;
  readonly #driver: Driver;
  readonly #rewriting: Rewriting;

  constructor(driver: Driver, changed: ChangedConversations) {
    this.#driver = driver;
    this.changed = changed;
    this.#rewriting = new Rewriting(driver);
  }

  async byTime(params: SearchByTimeParams): Promise<TimedPage> {
    const { syntax } = this.#driver;
    const { rows, until } = await this.#engine.rowsByTime(params, syntax, this.#reading(params));
    const page = toPage(params, rows);
    const last = page.entries.at(-1);
    const next = page.hasMore && last !== undefined ? placeOf(last) : until;
    return { entries: page.entries.map(toFound), hasMore: next !== undefined, next };
  }

  async byRank(params: SearchByRankParams): Promise<FoundPage> {
    const { syntax } = this.#driver;
    const rows = await this.#engine.rowsByRank(params, syntax, this.#reading(params));
    return toPage(params, rows.map(toFound));
  }

  async byId(params: SearchByIdParams): Promise<FoundPage> {
    const { tenant, itemId, limit, offset } = params;
    const { createdFrom, createdUntil } = params.filters;
    const parameters = new Parameters();
    const conditions = [
      `items.tenant = ${parameters.add(tenant)}`,
      `items.id = ${parameters.add(itemId)}`,
      ...(createdFrom === undefined ? [] : [`items.created_at >= ${parameters.add(createdFrom)}`]),
      ...(createdUntil === undefined ? [] : [`items.created_at < ${parameters.add(createdUntil)}`]),
      foundCondition(params, this.#driver.syntax, parameters),
    ];
    const rows = await this.#reading(params)({
      sql: `
        SELECT ${FOUND_COLUMNS}
        FROM items
        JOIN conversations
          ON conversations.tenant = items.tenant AND conversations.id = items.conversation_id
        WHERE ${conditions.join(' AND ')}
        ORDER BY items.created_at DESC, items.conversation_id DESC
        LIMIT CAST(${parameters.add(limit + 1)} AS BIGINT) OFFSET CAST(${parameters.add(offset)} AS BIGINT)`,
      parameters: parameters.values,
    });
    return toPage(params, rows.map(toFound));
  }

  async add(keys: readonly ConversationKey[]): Promise<IndexedBatch> {
    const [first] = keys;
    if (first === undefined) return { items: 0, unfinished: [] };
    if (this.#isSqlite) return this.#driver.write(addWaiting(keys, undefined));
    // A transaction of one tenant, and of one shard where there are shards. In one order, so that two processes that
    // index the same conversations wait for each other.
    const isSharded = this.#driver.syntax.name === 'citus';
    const together = isSharded ? [first] : keys.filter(({ tenant }) => tenant === first.tenant);
    const ordered = together.toSorted((a, b) => (a.conversationId < b.conversationId ? -1 : 1));
    const { items, unfinished } = await this.#driver.write(addWaiting(ordered, first.tenant));
    return { items, unfinished: [...unfinished, ...keys.filter((key) => !together.includes(key))] };
  }

  async waitingSince(
    tenant: string,
    slot: number,
    limit: number,
  ): Promise<readonly ConversationKey[]> {
    const parameters = [tenant, slot, limit];
    const query = { sql: sql.SELECT_WAITING_SINCE, parameters };
    const rows = await this.#reading({ tenant })(query);
    return rows.map((row) => ({ tenant, conversationId: text(row, 'id') }));
  }

  async waitingAfter(key?: ConversationKey): Promise<WaitingBatch> {
    const parameters = [key?.tenant ?? '', key?.conversationId ?? '', MOST_LOOKED_AT];
    const query = { sql: sql.SELECT_CONVERSATIONS_AFTER, parameters };
    const rows = await this.#driver.read({ scope: { kind: 'all' }, query });
    const last = rows.at(-1);
    return {
      keys: rows.filter((row) => integer(row, 'is_waiting') !== 0).map(keyOfRow),
      last: last === undefined || rows.length < MOST_LOOKED_AT ? undefined : keyOfRow(last),
    };
  }

  async isWaiting({ tenant, conversationId }: ConversationKey): Promise<boolean> {
    const query = { sql: sql.SELECT_IS_WAITING, parameters: [tenant, conversationId] };
    const rows = await this.#reading({ tenant })(query);
    return rows.length > 0;
  }

  erase(): Promise<boolean> {
    return this.#isSqlite ? eraseQueued(this.#driver) : Promise.resolve(false);
  }

  rewrite(): Promise<boolean> {
    return this.#isSqlite ? this.#rewriting.step() : Promise.resolve(false);
  }

  reset(onProgress?: (conversations: number) => void): Promise<void> {
    return reset(this.#driver, onProgress);
  }

  get #engine(): SearchEngine {
    return this.#isSqlite ? SQLITE_SEARCH : POSTGRES_SEARCH;
  }

  get #isSqlite(): boolean {
    return this.#driver.syntax.name === 'sqlite';
  }

  #reading(of: { readonly tenant: string }): (query: Query) => Promise<readonly Row[]> {
    return (query) => this.#driver.read({ scope: scopeOf(of), query });
  }
}

function keyOfRow(row: Row): ConversationKey {
  return { tenant: text(row, 'tenant'), conversationId: text(row, 'id') };
}

function placeOf(row: Row): SearchPlace {
  return {
    number: integer(row, 'number'),
    conversationId: text(row, 'conversation_id'),
    position: integer(row, 'position'),
  };
}

function toFound(row: Row): FoundItem {
  return {
    conversationId: text(row, 'conversation_id'),
    metadata: text(row, 'metadata'),
    position: integer(row, 'position'),
    id: text(row, 'id'),
    type: text(row, 'type'),
    data: text(row, 'data'),
    createdAt: integer(row, 'created_at'),
    score: row.columns.has('score') ? Number(cell(row, 'score')) / 1000 : null,
  };
}
