import { toPage, withinReason, type Page } from '../../base/paging.ts';
import type { Driver, ReplicaRead, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { attributes, cell, text } from '../engine/rows.ts';
import { FilteredStatements, keyOf, scopeOf } from './access-condition.ts';
import { adopt } from './adoption.ts';
import { appendItems, createConversation, type ItemToWrite } from './append.ts';
import { changeConversation } from './change.ts';
import { conversationsPage, dependsOnItems } from './page.ts';
import type {
  AdoptParams,
  AppendItemsParams,
  AppendRefusal,
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
import { copied } from './copied-text.ts';
import { orItemPresent, Refused, repeatedId } from './refusal.ts';
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

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
    this.#trashed = new FilteredStatements(driver.syntax, 'trashed');
    this.#reachable = new FilteredStatements(driver.syntax, 'reachable');
    this.#keyed = new KeyedWrites(driver);
  }

  async get(params: GetConversationParams): Promise<ConversationRecord | null> {
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
    return this.#append(params, undefined, (items) => createConversation({ ...params, items }));
  }

  async update(params: UpdateConversationParams): Promise<UpdateResult> {
    const { expiry, access } = params;
    const [statement, more] =
      expiry === undefined ? [sql.updateMetadata, []] : [sql.updateExpiry, msAfter(expiry)];
    const parameters = [...keyOf(params), params.metadata ?? null, ...more];
    const query = this.#statements.query(statement, parameters, access);
    const result = await changeConversation(this.#keyed, params, query);
    if (result !== null) {
      return 'used' in result ? result : { refused: undefined, conversation: result };
    }
    const isThere = expiry !== undefined && (await this.#find(params)) !== null;
    return { refused: isThere ? 'expired_already' : 'conversation_absent' };
  }

  delete(params: DeleteConversationParams): Promise<boolean> {
    const statements = params.mayBeTrashed === true ? this.#reachable : this.#statements;
    return this.#driver.write(deleteConversation(params, statements));
  }

  adopt(params: AdoptParams): Promise<number> {
    return this.#driver.write(adopt(params, this.#driver.syntax));
  }

  appendItems(params: AppendItemsParams): Promise<AppendResult> {
    return this.#append(params, params, (items) =>
      appendItems({ ...params, items }, this.#statements),
    );
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
    return this.#driver.write(deleteItem(ref, this.#statements));
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

  /**
   * Runs a write of items, with references resolved, and returns its refusal if it has one. `target` is the
   * conversation that must exist already.
   */
  async #append(
    params: ParamsWithItems,
    target: ConversationRef | undefined,
    writeOf: (items: readonly ItemToWrite[]) => Write<readonly ItemRecord[]>,
  ): Promise<AppendResult> {
    const repeated = repeatedId(params.items);
    if (repeated !== undefined) {
      return this.#absenceOr({ refused: 'item_present', id: repeated }, target);
    }
    const write = async (): Promise<AppendResult> => {
      try {
        const items = await this.#itemsToWrite(params, target);
        const itemIds = target === undefined ? undefined : items.map(({ id }) => id);
        const result = await this.#keyed.write({ ...params, itemIds }, writeOf(items));
        return 'used' in result ? result : { refused: undefined, items: result };
      } catch (error) {
        if (error instanceof Refused) return error.refusal;
        throw error;
      }
    };
    const result = await orItemPresent(write, () => this.#presentId(params));
    if (result.refused === undefined) return result;
    // What a repetition is refused for may be new, such as an item that its first attempt has stored.
    return (await this.#keyed.inUse(params)) ?? result;
  }

  /** Replaces references with copies of the items that they name, which never change. */
  async #itemsToWrite(
    params: ParamsWithItems,
    target: ConversationRef | undefined,
  ): Promise<readonly ItemToWrite[]> {
    const items: ItemToWrite[] = [];
    for (const item of params.items) {
      items.push(
        item.kind === 'reference'
          ? await this.#referencedItem(item.id, params, target)
          : { id: item.id, type: item.type, data: item.data, isMinted: item.kind === 'minted' },
      );
    }
    return items;
  }

  async #referencedItem(
    id: string,
    params: ParamsWithItems,
    target: ConversationRef | undefined,
  ): Promise<ItemToWrite> {
    const item = await this.findItem({ ...params, itemId: id });
    if (item !== null) return { ...copied(item), isMinted: false };
    throw new Refused(await this.#absenceOr({ refused: 'reference_absent', id }, target));
  }

  /** Returns the refusal, unless the conversation itself is absent: that comes first in every append. */
  async #absenceOr(
    refusal: AppendRefusal,
    target: ConversationRef | undefined,
  ): Promise<AppendRefusal> {
    const isAbsent = target !== undefined && (await this.#find(target)) === null;
    return isAbsent ? { refused: 'conversation_absent' } : refusal;
  }

  /** Returns the first id that is in the conversation. */
  async #presentId(params: ParamsWithItems): Promise<string | undefined> {
    const ids = params.items.map(({ id }) => id);
    const query = { sql: sql.SELECT_ITEMS_HERE, parameters: [...keyOf(params), ids] };
    const rows = await this.#read(params, query);
    const present = new Set(rows.map((row) => cell(row, 'id')));
    return ids.find((id) => present.has(id));
  }
}

type ParamsWithItems = CreateConversationParams | AppendItemsParams;
