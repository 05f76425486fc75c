import { rowsToFetch, toPage, type PageRequest } from '../base/paging.ts';
import type { Driver, Row, WriteTransaction } from './driver.ts';
import type {
  Appended,
  AppendRefusal,
  AppendResult,
  ConversationKey,
  ConversationRecord,
  DeleteItemResult,
  ItemRecord,
  ItemResult,
  ListResult,
  NewConversation,
  Store,
} from './port.ts';
import * as sql from './statements.ts';

/** Thrown inside a transaction to undo it; never leaves this file. */
class Refused extends Error {
  readonly refusal: AppendRefusal;

  constructor(refusal: AppendRefusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

/** The store in SQL, over a driver. */
export class SqlStore implements Store {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async getConversation({
    tenant,
    conversationId,
  }: ConversationKey): Promise<ConversationRecord | null> {
    const row = await this.#driver.read((transaction) =>
      transaction.get(sql.SELECT_CONVERSATION, [tenant, conversationId]),
    );
    return row === undefined ? null : toConversation(row);
  }

  async listItems({
    tenant,
    conversationId,
    page,
  }: ConversationKey & { readonly page: PageRequest }): Promise<ListResult> {
    const statement = sql.selectItemsPage(page.order, page.after !== undefined);
    const parameters = [tenant, conversationId, rowsToFetch(page)];
    const rows = await this.#driver.read((transaction) =>
      transaction.all(
        statement,
        page.after === undefined ? parameters : [...parameters, page.after],
      ),
    );
    const first = rows[0];
    if (first === undefined) return { absent: 'conversation' };
    if (page.after !== undefined && first['cursor'] === null) return { absent: 'cursor' };
    const items = first['id'] === null ? [] : rows.map(toItem);
    return { absent: undefined, page: toPage(page, items) };
  }

  async getItem({
    tenant,
    conversationId,
    itemId,
  }: ConversationKey & { readonly itemId: string }): Promise<ItemResult> {
    const row = await this.#driver.read((transaction) =>
      transaction.get(sql.SELECT_ITEM, [tenant, conversationId, itemId]),
    );
    if (row === undefined) return { absent: 'conversation' };
    return row['id'] === null ? { absent: 'item' } : { absent: undefined, item: toItem(row) };
  }

  async ping(): Promise<void> {
    await this.#driver.read((transaction) => transaction.get(sql.PING, []));
  }

  createConversation(input: NewConversation): Promise<AppendResult> {
    const { tenant, conversationId, owner, metadata, createdAt, items } = input;
    return this.#append((transaction) => {
      const linked = link(transaction, input, items);
      transaction.run(sql.INSERT_CONVERSATION, [
        tenant,
        conversationId,
        owner,
        '{}',
        metadata,
        createdAt,
        items.length,
      ]);
      insertItems(transaction, input, linked, 0, createdAt);
      return linked;
    });
  }

  appendItems(
    input: ConversationKey & { readonly items: readonly Appended[]; readonly createdAt: number },
  ): Promise<AppendResult> {
    const { tenant, conversationId, items, createdAt } = input;
    return this.#append((transaction) => {
      const reserved = transaction.get(sql.RESERVE_POSITIONS, [
        tenant,
        conversationId,
        items.length,
      ]);
      if (reserved === undefined) throw new Refused({ refused: 'conversation_absent' });
      const linked = link(transaction, input, items);
      insertItems(transaction, input, linked, integer(reserved, 'first_position'), createdAt);
      return linked;
    });
  }

  async updateConversation({
    tenant,
    conversationId,
    metadata,
  }: ConversationKey & { readonly metadata: string }): Promise<ConversationRecord | null> {
    const row = await this.#driver.write((transaction) =>
      transaction.get(sql.UPDATE_METADATA, [tenant, conversationId, metadata]),
    );
    return row === undefined ? null : toConversation(row);
  }

  deleteConversation({ tenant, conversationId }: ConversationKey): Promise<boolean> {
    return this.#driver.write((transaction) => {
      transaction.run(sql.DELETE_ITEMS_OF_CONVERSATION, [tenant, conversationId]);
      return transaction.run(sql.DELETE_CONVERSATION, [tenant, conversationId]) > 0;
    });
  }

  deleteItem({
    tenant,
    conversationId,
    itemId,
  }: ConversationKey & { readonly itemId: string }): Promise<DeleteItemResult> {
    return this.#driver.write((transaction): DeleteItemResult => {
      const row = transaction.get(sql.SELECT_CONVERSATION, [tenant, conversationId]);
      if (row === undefined) return { absent: 'conversation' };
      const deleted = transaction.run(sql.DELETE_ITEM, [tenant, conversationId, itemId]);
      return deleted === 0
        ? { absent: 'item' }
        : { absent: undefined, conversation: toConversation(row) };
    });
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  async #append(
    work: (transaction: WriteTransaction) => readonly ItemRecord[],
  ): Promise<AppendResult> {
    try {
      return { refused: undefined, items: await this.#driver.write(work) };
    } catch (error) {
      if (error instanceof Refused) return error.refusal;
      throw error;
    }
  }
}

/** What will stand in the conversation: minted items as they are, ids of stored items as those are stored. */
function link(
  transaction: WriteTransaction,
  { tenant, conversationId }: ConversationKey,
  items: readonly Appended[],
): readonly ItemRecord[] {
  const seen = new Set<string>();
  return items.map((item) => {
    if (seen.has(item.id)) throw new Refused({ refused: 'item_present', id: item.id });
    seen.add(item.id);
    if (item.kind === 'minted') return toRecord(item);
    const stored = transaction.get(sql.SELECT_ITEM_ANYWHERE, [tenant, item.id, conversationId]);
    if (stored !== undefined) {
      if (stored['here'] === 1) throw new Refused({ refused: 'item_present', id: item.id });
      return { id: item.id, type: text(stored, 'type'), data: text(stored, 'data') };
    }
    if (item.kind === 'reference') throw new Refused({ refused: 'reference_absent', id: item.id });
    return toRecord(item);
  });
}

function toRecord({ id, type, data }: ItemRecord): ItemRecord {
  return { id, type, data };
}

function insertItems(
  transaction: WriteTransaction,
  { tenant, conversationId }: ConversationKey,
  items: readonly ItemRecord[],
  firstPosition: number,
  createdAt: number,
): void {
  items.forEach((item, index) => {
    transaction.run(sql.INSERT_ITEM, [
      tenant,
      conversationId,
      firstPosition + index,
      item.id,
      item.type,
      item.data,
      createdAt,
    ]);
  });
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`column ${column} is not text`);
  return value;
}

function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`column ${column} is not an integer`);
  return value;
}

function toConversation(row: Row): ConversationRecord {
  return {
    id: text(row, 'id'),
    metadata: text(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
  };
}

function toItem(row: Row): ItemRecord {
  return { id: text(row, 'id'), type: text(row, 'type'), data: text(row, 'data') };
}
