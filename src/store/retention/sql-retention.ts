import { Recording } from '../changes/recording.ts';
import { keyOf, FilteredStatements, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey, NewExpiry, UpdateResult } from '../conversations/port.ts';
import { changeConversation } from '../conversations/change.ts';
import { msAfter } from '../conversations/records.ts';
import { isOverSql } from '../conversations/presence.ts';
import { CONVERSATION_COLUMNS, LIMIT_CONVERSATION } from '../conversations/statements.ts';
import { existenceTopics } from '../conversations/topics.ts';
import { singleStatement, type Driver, type Scope } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { cell, integer, integerOrNull, text } from '../engine/rows.ts';
import { KeyedWrites } from '../idempotency/keyed-writes.ts';
import { ARCHIVED_TABLES } from '../tables.ts';
import { ended } from './ending.ts';
import { condemnation, erasablePage, ownedDeletions, ownerErasure } from './erasure.ts';
import type {
  ErasureFilter,
  ErasureMatch,
  ErasurePage,
  KeptConversation,
  KeptPlace,
  LimitedConversation,
  OldResponse,
  OldResponsesPage,
  Purged,
  RestoreParams,
  RetentionStore,
} from './port.ts';
import { purge } from './purge.ts';
import { oldResponseRemoval } from './response-removal.ts';
import * as sql from './statements.ts';

const ALL_TENANTS: Scope = { kind: 'all' };
/** Recorded deletions that are looked at at once. */
const DELETIONS_PER_PAGE = 100;
const restoration = sql.restoreConversation(CONVERSATION_COLUMNS);

/** The end of conversations in SQL, over a driver. */
export class SqlRetention implements RetentionStore {
  readonly #driver: Driver;
  readonly #trashed: FilteredStatements;
  readonly #keyed: KeyedWrites;
  /** Records what happens in the trash, and ends of whatever is stored. */
  readonly #recording: Recording;

  constructor(driver: Driver, settings: { readonly recordsChanges: boolean }) {
    this.#driver = driver;
    this.#trashed = new FilteredStatements(driver.syntax, 'trashed');
    this.#recording = new Recording(this.#trashed, settings);
    this.#keyed = new KeyedWrites(driver);
  }

  async restore(params: RestoreParams): Promise<UpdateResult> {
    const statement = this.#recording.guarded(restoration);
    const query = this.#trashed.query(statement, keyOf(params), params.access);
    const record = this.#recording.change('conversation.restored', params);
    const result = await changeConversation(this.#keyed, params, query, record);
    if (result === null) return { refused: 'conversation_absent' };
    return 'used' in result ? result : { refused: undefined, conversation: result };
  }

  async limits(
    after: ConversationKey | undefined,
    limit: number,
  ): Promise<{
    readonly conversations: readonly LimitedConversation[];
    readonly next: ConversationKey | undefined;
  }> {
    const { tenant = '', conversationId = '' } = after ?? {};
    const parameters = [tenant, conversationId, limit];
    const rows = await this.#readAll({ sql: sql.SELECT_LIMITS, parameters });
    const last = rows.at(-1);
    return {
      conversations: rows.filter((row) => integer(row, 'is_listed') === 1).map(toLimited),
      next: last === undefined ? undefined : toKey(last),
    };
  }

  limit(key: ConversationKey, expiry: NewExpiry): Promise<boolean> {
    const query = { sql: LIMIT_CONVERSATION, parameters: [...keyOf(key), ...msAfter(expiry)] };
    return this.#driver.write(
      singleStatement(scopeOf(key), query, existenceTopics(key), (rows) => rows.length > 0),
    );
  }

  async due(limit: number): Promise<readonly ConversationKey[]> {
    const query = { sql: sql.selectDue(this.#driver.syntax), parameters: [limit] };
    return (await this.#readAll(query)).map(toKey);
  }

  expire(key: ConversationKey): Promise<boolean> {
    const { syntax } = this.#driver;
    const note = { sql: sql.NOTE_ACTIVITY, parameters: keyOf(key) };
    const postpone = { sql: sql.postpone(syntax), parameters: keyOf(key) };
    const isOver = isOverSql(syntax);
    const before = [note, postpone, ...this.#recording.end(key, isOver)];
    const condition = `${isOver} AND ${this.#recording.isEndRecorded}`;
    const end = { sql: sql.endConversation(condition, syntax), parameters: keyOf(key) };
    return this.#driver.write(ended(key, { before, end }));
  }

  async purgeable(limit: number): Promise<readonly ConversationKey[]> {
    const query = { sql: sql.selectPurgeable(this.#driver.syntax), parameters: [limit] };
    return (await this.#readAll(query)).map(toKey);
  }

  purge(key: ConversationKey, mostRows: number): Promise<Purged> {
    return this.#driver.write(purge(key, mostRows, this.#recording, this.#driver.syntax));
  }

  async keptDeleted(
    after: KeptPlace | undefined,
    limit: number,
  ): Promise<readonly (KeptPlace & KeptConversation)[]> {
    const { tenant = '', createdAt = 0, conversationId = '' } = after ?? {};
    const parameters = [tenant, createdAt, conversationId, limit];
    const rows = await this.#readAll({ sql: sql.SELECT_KEPT, parameters });
    return rows.map((row) => ({ ...toKept(row), createdAt: integer(row, 'created_at') }));
  }

  letGo(key: ConversationKey): Promise<boolean> {
    const query = { sql: sql.letGo(this.#driver.syntax), parameters: keyOf(key) };
    return this.#driver.write(singleStatement(scopeOf(key), query, [], (rows) => rows.length > 0));
  }

  async keptItems(
    after: ConversationKey | undefined,
    limit: number,
  ): Promise<readonly KeptConversation[]> {
    const { tenant = '', conversationId = '' } = after ?? {};
    const parameters = [tenant, conversationId, limit];
    return (await this.#readAll({ sql: sql.SELECT_KEPT_ITEMS, parameters })).map(toKept);
  }

  forgetItems(key: ConversationKey, mostRows: number): Promise<number> {
    const statement = sql.forgetItems(ARCHIVED_TABLES.held_items);
    const query = { sql: statement, parameters: [...keyOf(key), mostRows] };
    const write = singleStatement(scopeOf(key), query, [], (rows) => rows.length);
    return this.#driver.write({ ...write, erases: true });
  }

  async oldResponses(
    olderThanMs: number,
    after: OldResponse | undefined,
    limit: number,
  ): Promise<OldResponsesPage> {
    const { tenant = '', conversationId = '', createdAt = 0, responseId = '' } = after ?? {};
    const parameters = [tenant, conversationId, createdAt, responseId, limit, olderThanMs];
    const rows = await this.#readAll({
      sql: sql.selectOldResponses(this.#driver.syntax),
      parameters,
    });
    const last = rows.at(-1);
    return {
      responses: rows.filter((row) => integer(row, 'is_old') === 1).map(toOldResponse),
      next: last === undefined || rows.length < limit ? undefined : toOldResponse(last),
    };
  }

  deleteOldResponse(ref: OldResponse, olderThanMs: number): Promise<boolean> {
    return this.#driver.write(oldResponseRemoval(ref, olderThanMs, this.#driver.syntax));
  }

  async erasable(
    filter: ErasureFilter,
    after: string | undefined,
    limit: number,
  ): Promise<ErasurePage> {
    const [matching, last] = erasablePage(filter, after, limit, this.#driver.syntax);
    const scope = scopeOf(filter);
    const [end] = await this.#driver.read({ scope, query: last });
    const next = end === undefined || cell(end, 'last') === null ? undefined : text(end, 'last');
    if (next === undefined) return { matches: [], next };
    const rows = await this.#driver.read({ scope, query: matching });
    const matches = rows.map((row) => ({
      id: text(row, 'id'),
      owner: text(row, 'owner'),
      items: integer(row, 'items'),
      bytes: integer(row, 'bytes'),
      isHeld: integer(row, 'is_held') === 1,
    }));
    return { matches, next };
  }

  condemn(filter: ErasureFilter, match: Pick<ErasureMatch, 'id' | 'owner'>): Promise<boolean> {
    return this.#driver.write(condemnation(filter, match, this.#recording, this.#driver.syntax));
  }

  async eraseOwners({
    tenant,
    access,
    owners,
  }: Pick<ErasureFilter, 'tenant' | 'access' | 'owners'>): Promise<void> {
    const filter = { tenant, access, owners, metadata: [] };
    const { syntax } = this.#driver;
    let after = { conversationId: '', revision: 0 };
    for (;;) {
      const query = ownedDeletions(filter, after, DELETIONS_PER_PAGE, syntax);
      const rows = await this.#driver.read({ scope: scopeOf(filter), query });
      for (const row of rows) {
        const key = { tenant, conversationId: text(row, 'id') };
        const erasure = ownerErasure(key, text(row, 'owner'), syntax);
        const write = singleStatement(scopeOf(key), erasure, [], () => undefined);
        await this.#driver.write({ ...write, erases: true });
        after = { ...key, revision: integer(row, 'revision') };
      }
      if (rows.length < DELETIONS_PER_PAGE) return;
    }
  }

  #readAll(query: Query): Promise<readonly Row[]> {
    return this.#driver.read({ scope: ALL_TENANTS, query });
  }
}

function toKey(row: Row): ConversationKey {
  return { tenant: text(row, 'tenant'), conversationId: text(row, 'id') };
}

function toLimited(row: Row): LimitedConversation {
  const [expiresAt, idleMs] = [integerOrNull(row, 'expires_at'), integerOrNull(row, 'idle_ms')];
  const createdAt = integer(row, 'created_at');
  const expiry = ((): NewExpiry | undefined => {
    if (expiresAt === null) return undefined;
    return idleMs === null
      ? { anchor: 'created_at', afterMs: expiresAt - createdAt }
      : { anchor: 'last_active_at', afterMs: idleMs };
  })();
  return { ...toKey(row), createdAt, activeAt: integer(row, 'active_at'), expiry };
}

function toKept(row: Row): KeptConversation {
  return { ...toKey(row), isHeld: integer(row, 'is_held') === 1 };
}

function toOldResponse(row: Row): OldResponse {
  return {
    tenant: text(row, 'tenant'),
    conversationId: text(row, 'conversation_id'),
    responseId: text(row, 'id'),
    createdAt: integer(row, 'created_at'),
  };
}
