import type { StoreGauges } from '../observe/observer.ts';
import { rowsToFetch, toPage, withinReason, type Page, type PageRequest } from '../base/paging.ts';
import { FilteredStatements, keyOf, scopeOf } from './conversations/access-condition.ts';
import { adopt } from './conversations/adoption.ts';
import { SqlArchive } from './archive/sql-archive.ts';
import { appendItems, createConversation, Refused } from './conversations/append.ts';
import { conversationsPage } from './conversations/page.ts';
import { singleStatement, type Driver, type Write } from './engine/driver.ts';
import type { Query, Row } from './engine/query.ts';
import type {
  ConversationRef,
  Adoption,
  NewItem,
  Archive,
  AppendResult,
  ConversationsQuery,
  ConversationKey,
  ConversationRecord,
  DeleteItemResult,
  ItemRecord,
  ItemResult,
  KeyStore,
  Linking,
  ListResult,
  CreateConversationParams,
  ResourceRecord,
  Store,
} from './store.ts';
import { deleteConversation, deleteItem } from './conversations/removal.ts';
import { attributes, cell, integer, text, toConversation, toItem } from './engine/rows.ts';
import { SqlKeyStore } from './keys/sql-key-store.ts';
import * as sql from './conversations/statements.ts';

/** The store in SQL, over a driver. */
export class SqlStore implements Store {
  readonly keys: KeyStore;
  readonly archive: Archive;
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
    this.keys = new SqlKeyStore(driver);
    this.archive = new SqlArchive(driver);
  }

  async getConversation(key: ConversationRef): Promise<ConversationRecord | null> {
    const query = this.#statements.query(sql.selectConversation, keyOf(key), key.access);
    const [row] = await this.#read(key, query);
    return row === undefined ? null : toConversation(row);
  }

  async listItems(input: ConversationRef & { readonly page: PageRequest }): Promise<ListResult> {
    const { page, access } = input;
    const { order, after } = page;
    const statements = sql.ITEM_PAGES[order];
    const parameters = [...keyOf(input), rowsToFetch(page)];
    const query =
      after === undefined
        ? this.#statements.query(statements.first, parameters, access)
        : this.#statements.query(statements.after, [...parameters, after], access);
    const rows = await this.#read(input, query);
    if (rows.length === 0) return this.#emptyPage(input);
    const found = withinReason(toPage(page, rows.map(toItem)), ({ data }) => data.length);
    return { absent: undefined, page: found };
  }

  /** Why a page has no items: there are none, or there is no such conversation or cursor. */
  async #emptyPage(input: ConversationRef & { readonly page: PageRequest }): Promise<ListResult> {
    const { after = null } = input.page;
    const parameters = [...keyOf(input), after];
    const query = this.#statements.query(sql.selectPageBasis, parameters, input.access);
    const [basis] = await this.#read(input, query);
    if (basis === undefined) return { absent: 'conversation' };
    if (after !== null && cell(basis, 'position') === null) return { absent: 'cursor' };
    return { absent: undefined, page: { entries: [], hasMore: false } };
  }

  async getItem(input: ConversationRef & { readonly itemId: string }): Promise<ItemResult> {
    const parameters = [...keyOf(input), input.itemId];
    const query = this.#statements.query(sql.selectItem, parameters, input.access);
    const [row] = await this.#read(input, query);
    if (row === undefined) return { absent: 'conversation' };
    return cell(row, 'id') === null ? { absent: 'item' } : { absent: undefined, item: toItem(row) };
  }

  async ping(): Promise<void> {
    const query = { sql: sql.PING, parameters: [] };
    await this.#driver.read({ scope: { kind: 'none' }, query, isImpatient: true });
  }

  createConversation(input: CreateConversationParams): Promise<AppendResult> {
    return this.#append(createConversation(input, this.#statements));
  }

  appendItems(
    input: ConversationRef &
      Linking & { readonly items: readonly NewItem[]; readonly createdAt: number },
  ): Promise<AppendResult> {
    return this.#append(appendItems(input, this.#statements));
  }

  updateConversation(
    input: ConversationRef & { readonly metadata: string },
  ): Promise<ConversationRecord | null> {
    const parameters = [...keyOf(input), input.metadata];
    const query = this.#statements.query(sql.updateMetadata, parameters, input.access);
    return this.#driver.write(
      singleStatement(scopeOf(input), query, ([row]) =>
        row === undefined ? null : toConversation(row),
      ),
    );
  }

  deleteConversation(key: ConversationRef): Promise<boolean> {
    return this.#driver.write(deleteConversation(key, this.#statements));
  }

  deleteItem(input: ConversationRef & { readonly itemId: string }): Promise<DeleteItemResult> {
    return this.#driver.write(deleteItem(input, this.#statements));
  }

  async listConversations(query: ConversationsQuery): Promise<Page<ConversationRecord> | null> {
    const { tenant, access, limit, cursor } = query;
    const rows = await this.#read(query, conversationsPage(query, this.#driver.syntax));
    if (rows.length === 0 && cursor !== undefined) {
      const seen = await this.getConversation({ tenant, access, conversationId: cursor.id });
      if (seen === null) return null;
    }
    const page = toPage({ limit }, rows.map(toConversation));
    // What lies in front of a cursor is read backwards from it.
    return cursor?.side === 'before' ? { ...page, entries: page.entries.toReversed() } : page;
  }

  async getResource(key: ConversationKey): Promise<ResourceRecord | null> {
    const [row] = await this.#read(key, { sql: sql.SELECT_RESOURCE, parameters: keyOf(key) });
    return row === undefined
      ? null
      : { id: text(row, 'id'), owner: text(row, 'owner'), attributes: attributes(row) };
  }

  adopt(input: Adoption): Promise<number> {
    return this.#driver.write(adopt(input, this.#driver.syntax));
  }

  gauges(): StoreGauges {
    return this.#driver.gauges();
  }

  async size(): Promise<number> {
    const query = { sql: this.#driver.syntax.selectSize, parameters: [] };
    const [row] = await this.#driver.read({ scope: { kind: 'none' }, query, isImpatient: true });
    return row === undefined ? 0 : integer(row, 'size');
  }

  close(): Promise<void> {
    return this.#driver.close();
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
