import {
  rowsToFetch,
  toPage,
  withinReason,
  type Page,
  type PageRequest,
} from '../../base/paging.ts';
import type { Driver, Write } from '../engine/driver.ts';
import { singleStatement } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { attributes, cell, text } from '../engine/rows.ts';
import { FilteredStatements, keyOf, scopeOf } from './access-condition.ts';
import { adopt } from './adoption.ts';
import { appendItems, createConversation, Refused } from './append.ts';
import { conversationsPage } from './page.ts';
import type {
  AdoptParams,
  AppendItemsParams,
  AppendResult,
  ConversationKey,
  ConversationRecord,
  ConversationRef,
  ConversationStore,
  CreateConversationParams,
  DeleteItemResult,
  GetItemResult,
  ItemRecord,
  ItemRef,
  ListConversationsParams,
  ListItemsResult,
  ResourceRecord,
} from './port.ts';
import { toConversation, toItem } from './records.ts';
import { deleteConversation, deleteItem } from './removal.ts';
import * as sql from './statements.ts';

/** Conversations and items in SQL, over a driver. */
export class SqlConversations implements ConversationStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
  }

  async get(ref: ConversationRef): Promise<ConversationRecord | null> {
    const query = this.#statements.query(sql.selectConversation, keyOf(ref), ref.access);
    const [row] = await this.#read(ref, query);
    return row === undefined ? null : toConversation(row);
  }

  async getResource(key: ConversationKey): Promise<ResourceRecord | null> {
    const [row] = await this.#read(key, { sql: sql.SELECT_RESOURCE, parameters: keyOf(key) });
    return row === undefined
      ? null
      : { id: text(row, 'id'), owner: text(row, 'owner'), attributes: attributes(row) };
  }

  async list(params: ListConversationsParams): Promise<Page<ConversationRecord> | null> {
    const { tenant, access, limit, cursor } = params;
    const rows = await this.#read(params, conversationsPage(params, this.#driver.syntax));
    if (rows.length === 0 && cursor !== undefined) {
      const seen = await this.get({ tenant, access, conversationId: cursor.id });
      if (seen === null) return null;
    }
    const page = toPage({ limit }, rows.map(toConversation));
    // The page before a cursor is read backwards from it.
    return cursor?.side === 'before' ? { ...page, entries: page.entries.toReversed() } : page;
  }

  create(params: CreateConversationParams): Promise<AppendResult> {
    return this.#append(createConversation(params, this.#statements));
  }

  update(
    params: ConversationRef & { readonly metadata: string },
  ): Promise<ConversationRecord | null> {
    const parameters = [...keyOf(params), params.metadata];
    const query = this.#statements.query(sql.updateMetadata, parameters, params.access);
    return this.#driver.write(
      singleStatement(scopeOf(params), query, ([row]) =>
        row === undefined ? null : toConversation(row),
      ),
    );
  }

  delete(ref: ConversationRef): Promise<boolean> {
    return this.#driver.write(deleteConversation(ref, this.#statements));
  }

  adopt(params: AdoptParams): Promise<number> {
    return this.#driver.write(adopt(params, this.#driver.syntax));
  }

  appendItems(params: AppendItemsParams): Promise<AppendResult> {
    return this.#append(appendItems(params, this.#statements));
  }

  async listItems(
    params: ConversationRef & { readonly page: PageRequest },
  ): Promise<ListItemsResult> {
    const { page, access } = params;
    const { order, after } = page;
    const statements = sql.ITEM_PAGES[order];
    const parameters = [...keyOf(params), rowsToFetch(page)];
    const query =
      after === undefined
        ? this.#statements.query(statements.first, parameters, access)
        : this.#statements.query(statements.after, [...parameters, after], access);
    const rows = await this.#read(params, query);
    if (rows.length === 0) return this.#emptyPage(params);
    const found = withinReason(toPage(page, rows.map(toItem)), ({ data }) => data.length);
    return { absent: undefined, page: found };
  }

  /** Finds the reason for a page without items: an empty page, or an absent conversation or cursor. */
  async #emptyPage(
    params: ConversationRef & { readonly page: PageRequest },
  ): Promise<ListItemsResult> {
    const { after = null } = params.page;
    const parameters = [...keyOf(params), after];
    const query = this.#statements.query(sql.selectPageBasis, parameters, params.access);
    const [basis] = await this.#read(params, query);
    if (basis === undefined) return { absent: 'conversation' };
    if (after !== null && cell(basis, 'position') === null) return { absent: 'cursor' };
    return { absent: undefined, page: { entries: [], hasMore: false } };
  }

  async getItem(ref: ItemRef): Promise<GetItemResult> {
    const parameters = [...keyOf(ref), ref.itemId];
    const query = this.#statements.query(sql.selectItem, parameters, ref.access);
    const [row] = await this.#read(ref, query);
    if (row === undefined) return { absent: 'conversation' };
    return cell(row, 'id') === null ? { absent: 'item' } : { absent: undefined, item: toItem(row) };
  }

  deleteItem(ref: ItemRef): Promise<DeleteItemResult> {
    return this.#driver.write(deleteItem(ref, this.#statements));
  }

  #read(of: { readonly tenant: string }, query: Query): Promise<readonly Row[]> {
    return this.#driver.read({ scope: scopeOf(of), query });
  }

  async #append(write: Write<readonly ItemRecord[]>): Promise<AppendResult> {
    try {
      return { refused: undefined, items: await this.#driver.write(write) };
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }
}
