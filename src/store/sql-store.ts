import { rowsToFetch, toPage, withinReason, type Page, type PageRequest } from '../base/paging.ts';
import type { RowFilter } from '../base/row-filter.ts';
import type { Driver, Value, WriteTransaction } from './driver.ts';
import type {
  Accessed,
  Adoption,
  Appended,
  AppendRefusal,
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
  NewConversation,
  ResourceRecord,
  Store,
} from './port.ts';
import { attributes, integer, text, toConversation, toItem } from './rows.ts';
import { conversationsPage } from './conversations-page.ts';
import { rowFilterSql } from './row-filter-sql.ts';
import { SqlKeyStore } from './sql-key-store.ts';
import * as sql from './statements.ts';

/** Thrown inside a transaction to undo it; never leaves this file. */
class Refused extends Error {
  readonly refusal: AppendRefusal;

  constructor(refusal: AppendRefusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

const ERASES = { erases: true };

/** The store in SQL, over a driver. */
export class SqlStore implements Store {
  readonly keys: KeyStore;
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.keys = new SqlKeyStore(driver);
  }

  async getConversation(key: Accessed): Promise<ConversationRecord | null> {
    const [statement, parameters] = accessed(sql.selectConversation, keyOf(key), key.access);
    const row = await this.#driver.read((transaction) => transaction.get(statement, parameters));
    return row === undefined ? null : toConversation(row);
  }

  async listItems(input: Accessed & { readonly page: PageRequest }): Promise<ListResult> {
    const { page, access } = input;
    const { order, after = null } = page;
    const [statement, parameters] = accessed(
      (where) => sql.selectItemsPage(order, after !== null, where),
      [...keyOf(input), rowsToFetch(page), after],
      access,
    );
    const rows = await this.#driver.read((transaction) => transaction.all(statement, parameters));
    const first = rows[0];
    if (first === undefined) return { absent: 'conversation' };
    if (after !== null && first['cursor'] === null) return { absent: 'cursor' };
    const items = first['id'] === null ? [] : rows.map(toItem);
    const found = withinReason(toPage(page, items), ({ data }) => data.length);
    return { absent: undefined, page: found };
  }

  async getItem(input: Accessed & { readonly itemId: string }): Promise<ItemResult> {
    const [statement, parameters] = accessed(
      sql.selectItem,
      [...keyOf(input), input.itemId],
      input.access,
    );
    const row = await this.#driver.read((transaction) => transaction.get(statement, parameters));
    if (row === undefined) return { absent: 'conversation' };
    return row['id'] === null ? { absent: 'item' } : { absent: undefined, item: toItem(row) };
  }

  async ping(): Promise<void> {
    await this.#driver.read((transaction) => transaction.get(sql.PING, []));
  }

  createConversation(input: NewConversation): Promise<AppendResult> {
    const { owner, metadata, createdAt, items } = input;
    return this.#append((transaction) => {
      const linked = link(transaction, input, items);
      transaction.run(sql.INSERT_CONVERSATION, [
        ...keyOf(input),
        owner,
        JSON.stringify(input.attributes),
        metadata,
        createdAt,
        items.length,
      ]);
      insertItems(transaction, input, linked, 0, createdAt);
      return linked;
    });
  }

  appendItems(
    input: Accessed & Linking & { readonly items: readonly Appended[]; readonly createdAt: number },
  ): Promise<AppendResult> {
    const { items, createdAt, access } = input;
    const [reserve, parameters] = accessed(
      sql.reservePositions,
      [...keyOf(input), items.length],
      access,
    );
    return this.#append((transaction) => {
      const reserved = transaction.get(reserve, parameters);
      if (reserved === undefined) throw new Refused({ refused: 'conversation_absent' });
      const linked = link(transaction, input, items);
      insertItems(transaction, input, linked, integer(reserved, 'first_position'), createdAt);
      return linked;
    });
  }

  async updateConversation(
    input: Accessed & { readonly metadata: string },
  ): Promise<ConversationRecord | null> {
    const [statement, parameters] = accessed(
      sql.updateMetadata,
      [...keyOf(input), input.metadata],
      input.access,
    );
    const row = await this.#driver.write((transaction) => transaction.get(statement, parameters));
    return row === undefined ? null : toConversation(row);
  }

  deleteConversation(key: Accessed): Promise<boolean> {
    const [statement, parameters] = accessed(sql.deleteConversation, keyOf(key), key.access);
    return this.#driver.write((transaction) => {
      if (transaction.run(statement, parameters) === 0) return false;
      transaction.run(sql.DELETE_ITEMS_OF_CONVERSATION, keyOf(key));
      return true;
    }, ERASES);
  }

  deleteItem(input: Accessed & { readonly itemId: string }): Promise<DeleteItemResult> {
    const [find, parameters] = accessed(sql.selectConversation, keyOf(input), input.access);
    return this.#driver.write((transaction): DeleteItemResult => {
      const row = transaction.get(find, parameters);
      if (row === undefined) return { absent: 'conversation' };
      const deleted = transaction.run(sql.DELETE_ITEM, [...keyOf(input), input.itemId]);
      return deleted === 0
        ? { absent: 'item' }
        : { absent: undefined, conversation: toConversation(row) };
    }, ERASES);
  }

  async listConversations(query: ConversationsQuery): Promise<Page<ConversationRecord> | null> {
    const { limit, cursor } = query;
    const { statement, parameters } = conversationsPage(query);
    const rows = await this.#driver.read((transaction) => transaction.all(statement, parameters));
    if (cursor !== undefined && rows[0]?.['cursor'] === null) return null;
    const found = rows[0]?.['id'] === null ? [] : rows.map(toConversation);
    const page = toPage({ limit }, found);
    // What lies in front of a cursor is read backwards from it.
    return cursor?.side === 'before' ? { ...page, entries: page.entries.toReversed() } : page;
  }

  async getResource(key: ConversationKey): Promise<ResourceRecord | null> {
    const row = await this.#driver.read((transaction) =>
      transaction.get(sql.SELECT_RESOURCE, keyOf(key)),
    );
    return row === undefined
      ? null
      : { id: text(row, 'id'), owner: text(row, 'owner'), attributes: attributes(row) };
  }

  adopt({ from, to, conversationId }: Adoption): Promise<number> {
    const selection = [from.tenant, from.owner, conversationId ?? null, to.tenant];
    return this.#driver.write((transaction) => {
      transaction.run(sql.ADOPT_ITEMS, selection);
      return transaction.run(sql.ADOPT_CONVERSATIONS, [
        ...selection,
        to.owner,
        JSON.stringify(to.attributes),
      ]);
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

function keyOf({ tenant, conversationId }: ConversationKey): readonly [string, string] {
  return [tenant, conversationId];
}

/** A statement and its parameters, with the access condition's behind the statement's own. */
function accessed(
  statement: (where: string) => string,
  parameters: readonly Value[],
  access: RowFilter,
): readonly [string, readonly Value[]] {
  const condition = rowFilterSql(access, parameters.length + 1);
  return [statement(condition.sql), [...parameters, ...condition.parameters]];
}

/** What will stand in the conversation: minted items as they are, ids of stored items as those are stored. */
function link(
  transaction: WriteTransaction,
  input: ConversationKey & Linking,
  items: readonly Appended[],
): readonly ItemRecord[] {
  const seen = new Set<string>();
  return items.map((item) => {
    if (seen.has(item.id)) throw new Refused({ refused: 'item_present', id: item.id });
    seen.add(item.id);
    if (item.kind === 'minted') return toRecord(item);
    const [find, parameters] = accessed(
      sql.selectItemAnywhere,
      [input.tenant, item.id, input.conversationId],
      input.readable,
    );
    const stored = transaction.get(find, parameters);
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
