import { toPage, withinReason, type Page } from '../../base/paging.ts';
import type { Driver, ReplicaRead } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { attributes, cell, text } from '../engine/rows.ts';
import { FilteredStatements, keyOf, scopeOf } from './access-condition.ts';
import { adopt } from './adoption.ts';
import { appendItems, createConversation } from './append.ts';
import { changeConversation } from './change.ts';
import { conversationsPage, dependsOnItems } from './page.ts';
import type {
  AdoptParams,
  AppendItemsParams,
  AppendResult,
  ConversationKey,
  ConversationRecord,
  ConversationRef,
  ConversationStore,
  CreateConversationParams,
  DeleteConversationParams,
  DeleteItemResult,
  FindItemParams,
  GetConversationParams,
  GetItemResult,
  GetItemsParams,
  ItemRecord,
  ItemRef,
  ListConversationsParams,
  ListItemsParams,
  ListItemsResult,
  ResourceRecord,
  UpdateConversationParams,
  UpdateResult,
} from './port.ts';
import { Recording } from '../changes/recording.ts';
import { KeyedWrites } from '../idempotency/keyed-writes.ts';
import { isBackwards, itemsPage, pageBasis } from './item-pages.ts';
import {
  itemsIn,
  msAfter,
  toConversation,
  toItem,
  toListed,
  toListedConversation,
} from './records.ts';
import { ItemWrites } from './item-writes.ts';
import { deleteConversation, deleteItem } from './removal.ts';
import * as sql from './statements.ts';
import { conversationTopic, listTopic } from './topics.ts';

/** Conversations and items in SQL, over a driver. */
export class SqlConversations implements ConversationStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;
  readonly #trashed: FilteredStatements;
  readonly #reachable: FilteredStatements;
  readonly #keyed: KeyedWrites;
  readonly #itemWrites: ItemWrites;
  readonly #recording: Recording;

  constructor(driver: Driver, settings: { readonly recordsChanges: boolean }) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
    this.#trashed = new FilteredStatements(driver.syntax, 'trashed');
    this.#reachable = new FilteredStatements(driver.syntax, 'reachable');
    this.#keyed = new KeyedWrites(driver);
    this.#itemWrites = new ItemWrites(driver, this);
    this.#recording = new Recording(this.#statements, settings);
  }

  async get(params: GetConversationParams): Promise<ConversationRecord | null> {
    const { presence = 'live' } = params;
    if (presence === 'trashed') return this.#find(params, undefined, this.#trashed);
    if (presence === 'reachable') return this.#find(params, undefined, this.#reachable);
    const fromReplica = { topic: conversationTopic(params) };
    if (params.hasDetails !== true) return this.#find(params, fromReplica);
    const { access } = params;
    const query = this.#statements.query(sql.selectConversationDetails, keyOf(params), access);
    const [row] = await this.#read(params, query, fromReplica);
    return row === undefined ? null : toListedConversation(params)(row);
  }

  async getResource(key: ConversationKey): Promise<ResourceRecord | null> {
    const [row] = await this.#read(key, { sql: sql.SELECT_RESOURCE, parameters: keyOf(key) });
    return row === undefined
      ? null
      : { id: text(row, 'id'), owner: text(row, 'owner'), attributes: attributes(row) };
  }

  async list(params: ListConversationsParams): Promise<Page<ConversationRecord> | null> {
    const { tenant, access, limit, cursor } = params;
    const query = conversationsPage(params, this.#driver.syntax);
    // Appends change what depends on items, and not the topic of lists.
    const fromReplica = dependsOnItems(params) ? undefined : { topic: listTopic(params) };
    const rows = await this.#read(params, query, fromReplica);
    if (rows.length === 0 && cursor !== undefined && 'id' in cursor) {
      const ref = { tenant, access, conversationId: cursor.id };
      const statements = params.isTrash === true ? this.#trashed : this.#statements;
      const seen = await this.#find(ref, undefined, statements);
      if (seen === null) return null;
    }
    const page = toPage({ limit }, rows.map(toListedConversation(params)));
    // The page before a cursor is read backwards from it.
    return cursor?.side === 'before' ? { ...page, entries: page.entries.toReversed() } : page;
  }

  create(params: CreateConversationParams): Promise<AppendResult> {
    return this.#itemWrites.run(params, undefined, (items) => ({
      write: createConversation({ ...params, items }),
      itemIds: undefined,
    }));
  }

  async update(params: UpdateConversationParams): Promise<UpdateResult> {
    const { expiry, access } = params;
    const [statement, more] =
      expiry === undefined ? [sql.updateMetadata, []] : [sql.updateExpiry, msAfter(expiry)];
    const parameters = [...keyOf(params), params.metadata ?? null, ...more];
    const query = this.#statements.query(this.#recording.guarded(statement), parameters, access);
    const record = this.#recording.change('conversation.updated', params);
    const result = await changeConversation(this.#keyed, params, query, record);
    if (result !== null) {
      return 'used' in result ? result : { refused: undefined, conversation: result };
    }
    const isThere = expiry !== undefined && (await this.#find(params)) !== null;
    return { refused: isThere ? 'expired_already' : 'conversation_absent' };
  }

  delete(params: DeleteConversationParams): Promise<boolean> {
    const statements = params.mayBeTrashed === true ? this.#reachable : this.#statements;
    return this.#driver.write(deleteConversation(params, statements, this.#recording));
  }

  adopt(params: AdoptParams): Promise<number> {
    return this.#driver.write(adopt(params, this.#driver.syntax));
  }

  appendItems(params: AppendItemsParams): Promise<AppendResult> {
    return this.#itemWrites.run(params, params, (items) => ({
      write: appendItems({ ...params, items }, this.#statements),
      itemIds: items.map(({ id }) => id),
    }));
  }

  async listItems(params: ListItemsParams): Promise<ListItemsResult> {
    const { page, access } = params;
    const { statement, parameters } = itemsPage(params);
    const rows = await this.#read(
      params,
      this.#statements.query(statement, parameters, access),
      params.isCurrent === true ? undefined : { topic: conversationTopic(params) },
    );
    if (rows.length === 0) return this.#emptyPage(params);
    const found = withinReason(toPage(page, rows.map(toListed(params))), ({ data }) => data.length);
    const entries = isBackwards(params) ? found.entries.toReversed() : found.entries;
    return { absent: undefined, page: { ...found, entries } };
  }

  /** Finds the reason for a page without items: an empty page, or an absent conversation or cursor. */
  async #emptyPage(params: ListItemsParams): Promise<ListItemsResult> {
    const { statement, parameters } = pageBasis(params);
    const query = this.#statements.query(statement, parameters, params.access);
    const [basis] = await this.#read(params, query);
    if (basis === undefined) return { absent: 'conversation' };
    const hasCursor = (params.page.after ?? params.before) !== undefined;
    if (hasCursor && cell(basis, 'position') === null) return { absent: 'cursor' };
    return { absent: undefined, page: { entries: [], hasMore: false } };
  }

  async getItem(ref: ItemRef): Promise<GetItemResult> {
    const parameters = [...keyOf(ref), ref.itemId];
    const query = this.#statements.query(sql.selectItem, parameters, ref.access);
    const [row] = await this.#read(ref, query, {
      topic: conversationTopic(ref),
      isPresent: ([found]) => found !== undefined && cell(found, 'id') !== null,
    });
    if (row === undefined) return { absent: 'conversation' };
    return cell(row, 'id') === null ? { absent: 'item' } : { absent: undefined, item: toItem(row) };
  }

  async getItems({ itemIds, ...ref }: GetItemsParams): Promise<readonly ItemRecord[] | null> {
    const parameters = [...keyOf(ref), itemIds];
    const query = this.#statements.query(sql.selectItemsHere, parameters, ref.access);
    const rows = await this.#read(ref, query);
    return rows.length === 0 ? null : itemsIn(rows, itemIds);
  }

  async findItem({ tenant, itemId, readable }: FindItemParams): Promise<ItemRecord | null> {
    const query = this.#statements.query(sql.selectReferencedItem, [tenant, itemId], readable);
    const [row] = await this.#read({ tenant }, query);
    return row === undefined ? null : toItem(row);
  }

  deleteItem(ref: ItemRef): Promise<DeleteItemResult> {
    return this.#driver.write(deleteItem(ref, this.#statements, this.#recording));
  }

  async #find(
    ref: ConversationRef,
    fromReplica?: ReplicaRead,
    statements = this.#statements,
  ): Promise<ConversationRecord | null> {
    const query = statements.query(sql.selectConversation, keyOf(ref), ref.access);
    const [row] = await this.#read(ref, query, fromReplica);
    return row === undefined ? null : toConversation(row);
  }

  #read(
    of: { readonly tenant: string },
    query: Query,
    fromReplica?: ReplicaRead,
  ): Promise<readonly Row[]> {
    const read = { scope: scopeOf(of), query };
    return this.#driver.read(fromReplica === undefined ? read : { ...read, fromReplica });
  }
}
