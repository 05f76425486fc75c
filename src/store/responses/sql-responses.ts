import { rowsToFetch, toPage } from '../../base/paging.ts';
import { FilteredStatements, keyOf, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { orItemPresent, repeatedId } from '../conversations/refusal.ts';
import type { Driver, Write } from '../engine/driver.ts';
import { cell, integer, text } from '../engine/rows.ts';
import { KeyNotHeld, underHeldKey } from '../idempotency/under-key.ts';
import { addResponse, commitTurn, itemsOf, NothingStored } from './commit.ts';
import { createResponse, forkConversation } from './hidden.ts';
import type {
  AddResponseParams,
  CommitTurnParams,
  CommitTurnResult,
  CreateResponseParams,
  CreateResponseResult,
  FindResponseParams,
  ForkParams,
  ForkResult,
  ListResponsesParams,
  ListResponsesResult,
  NewExchange,
  ResponsePlace,
  ResponseRecord,
  ResponseRef,
  ResponseStore,
} from './port.ts';
import { toResponse } from './records.ts';
import { deleteResponse } from './removal.ts';
import * as sql from './statements.ts';

/** Responses in SQL, over a driver. */
export class SqlResponses implements ResponseStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
  }

  async find({ tenant, responseId, access }: FindResponseParams): Promise<ResponseRecord | null> {
    const query = this.#statements.query(sql.selectResponse, [tenant, responseId], access);
    const [row] = await this.#driver.read({ scope: scopeOf({ tenant }), query });
    return row === undefined ? null : toResponse(tenant, row);
  }

  async list(params: ListResponsesParams): Promise<ListResponsesResult> {
    const { tenant, order, limit, cursor, access } = params;
    // The page before a cursor is read backwards from it.
    const isBackwards = cursor !== undefined && 'side' in cursor && cursor.side === 'before';
    const pages = sql.RESPONSE_PAGES[isBackwards === (order === 'asc') ? 'desc' : 'asc'];
    const start = cursor === undefined ? [] : ['id' in cursor ? cursor.id : cursor.position];
    const statement =
      cursor === undefined ? pages.first : 'id' in cursor ? pages.after : pages.from;
    const parameters = [...keyOf(params), rowsToFetch({ limit }), ...start];
    const query = this.#statements.query(statement, parameters, access);
    const rows = await this.#driver.read({ scope: scopeOf(params), query });
    if (rows.length === 0) return this.#emptyPage(params);
    const page = toPage(
      { limit },
      rows.map((row) => toResponse(tenant, row)),
    );
    const entries = isBackwards ? page.entries.toReversed() : page.entries;
    return { absent: undefined, page: { ...page, entries } };
  }

  /** Finds the reason for a page without responses: an empty page, or an absent conversation or cursor. */
  async #emptyPage(params: ListResponsesParams): Promise<ListResponsesResult> {
    const { cursor, access } = params;
    const id = cursor !== undefined && 'id' in cursor ? cursor.id : null;
    const parameters = [...keyOf(params), id];
    const query = this.#statements.query(sql.selectBasisOfPage, parameters, access);
    const [basis] = await this.#driver.read({ scope: scopeOf(params), query });
    if (basis === undefined) return { absent: 'conversation' };
    if (id !== null && cell(basis, 'id') === null) return { absent: 'cursor' };
    return { absent: undefined, page: { entries: [], hasMore: false } };
  }

  create(params: CreateResponseParams): Promise<CreateResponseResult> {
    return this.#write(params, createResponse(params), { ...params, until: 0 });
  }

  async commitTurn(params: CommitTurnParams): Promise<CommitTurnResult> {
    const write = commitTurn(params, this.#statements);
    try {
      return await this.#write(params, write, { ...params, until: Number.MAX_SAFE_INTEGER });
    } catch (error) {
      if (error instanceof NothingStored) return { refused: await this.#reason(params) };
      throw error;
    }
  }

  async fork(params: ForkParams): Promise<ForkResult> {
    const write = forkConversation(params, this.#statements);
    try {
      return await this.#write(params, write, { tenant: params.tenant, ...params.source });
    } catch (error) {
      if (error instanceof NothingStored) return { refused: 'conversation_absent' };
      throw error;
    }
  }

  async add(params: AddResponseParams): Promise<boolean> {
    try {
      await this.#driver.write(addResponse(params, this.#statements));
      return true;
    } catch (error) {
      if (error instanceof NothingStored) return false;
      throw error;
    }
  }

  delete(ref: ResponseRef): Promise<boolean> {
    return this.#driver.write(deleteResponse(ref, this.#statements));
  }

  /** Runs a write of items. `among` are the items with which theirs must have no id in common. */
  async #write(
    params: ConversationKey & NewExchange,
    write: Write<ResponsePlace>,
    among: ConversationKey & { readonly until: number },
  ): Promise<CreateResponseResult> {
    const items = itemsOf(params);
    const { key, conversationId, response } = params;
    const stored = { conversationId, id: response.id };
    const keyed = key === undefined ? write : underHeldKey(write, key, stored, this.#driver.syntax);
    const repeated = repeatedId(items);
    if (repeated !== undefined) return { refused: 'item_present', id: repeated };
    const ids = items.map(({ id }) => id);
    try {
      return await orItemPresent(
        async () => ({ refused: undefined, ...(await this.#driver.write(keyed)) }),
        () => this.#presentId(ids, among),
      );
    } catch (error) {
      if (error instanceof KeyNotHeld) return { refused: 'turn_lost' };
      throw error;
    }
  }

  /** Returns the first id that is among the items before a position. */
  async #presentId(
    ids: readonly string[],
    among: ConversationKey & { readonly until: number },
  ): Promise<string | undefined> {
    const parameters = [...keyOf(among), ids, among.until];
    const query = { sql: sql.SELECT_ITEMS_BEFORE, parameters };
    const rows = await this.#driver.read({ scope: scopeOf(among), query });
    const present = new Set(rows.map((row) => text(row, 'id')));
    return ids.find((id) => present.has(id));
  }

  /**
   * Finds the reason why a commit has stored nothing. A turn that was lost and a position that was passed do not come
   * back: when both are as they must be, the conversation was absent.
   */
  async #reason(
    params: CommitTurnParams,
  ): Promise<'conversation_absent' | 'turn_lost' | 'moved_on'> {
    const { token, continuesAt, access } = params;
    const parameters = [...keyOf(params), token];
    const query = this.#statements.query(sql.selectBasisOfTurn, parameters, access);
    const [basis] = await this.#driver.read({ scope: scopeOf(params), query });
    if (basis === undefined) return 'conversation_absent';
    if (cell(basis, 'token') === null) return 'turn_lost';
    const hasMoved = continuesAt !== undefined && integer(basis, 'next_position') !== continuesAt;
    return hasMoved ? 'moved_on' : 'conversation_absent';
  }
}
