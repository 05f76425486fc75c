import type { Posted, Rules } from './item-rules.ts';
import { mayRead, mayWrite, type Principal } from './principals.ts';

export interface StoredItem {
  readonly id: string;
  readonly type: string;
  /** JSON with all parts that `include` requests. */
  readonly json: string;
}

export interface StoredConversation {
  readonly id: string;
  readonly owner: Principal;
  /** Unix seconds. */
  readonly createdAt: number;
  metadata: Readonly<Record<string, unknown>>;
  /** As it was sent; null for none. */
  expiresAfter: unknown;
  items: StoredItem[];
  /** Only forks have it. */
  readonly forkedFrom?: { readonly conversation_id: string; readonly item_id: string | null };
}

/** Most items of a request. */
const MAX_ITEMS = 1_000;
const MAX_ITEMS_STRICT = 20;

const MAX_REMEMBERED = 100;

/** Model of the server's state: conversations with owners and items, and the latest deletions. */
export class Model {
  /** Conversations in the order of creation. */
  readonly conversations = new Map<string, StoredConversation>();
  readonly rules: Rules;
  /** Numbers of the items in the order in which they were stored. */
  readonly #order = new WeakMap<StoredItem, number>();
  #stored = 0;
  readonly #deleted: string[] = [];
  readonly #deletedItems: { readonly conversation: string; readonly item: string }[] = [];

  constructor(rules: Rules) {
    this.rules = rules;
  }

  get deleted(): readonly string[] {
    return this.#deleted;
  }

  get deletedItems(): readonly { readonly conversation: string; readonly item: string }[] {
    return this.#deletedItems;
  }

  readable(caller: Principal): readonly StoredConversation[] {
    return [...this.conversations.values()].filter(({ owner }) => mayRead(caller, owner));
  }

  writable(caller: Principal): readonly StoredConversation[] {
    return [...this.conversations.values()].filter(({ owner }) => mayWrite(caller, owner));
  }

  /** Returns the conversation if the caller may read it. */
  read(caller: Principal, id: string): StoredConversation | undefined {
    const found = this.conversations.get(id);
    return found !== undefined && mayRead(caller, found.owner) ? found : undefined;
  }

  /** Returns the conversation if the caller may change it. */
  write(caller: Principal, id: string): StoredConversation | undefined {
    const found = this.conversations.get(id);
    return found !== undefined && mayWrite(caller, found.owner) ? found : undefined;
  }

  /** Returns the item that was stored last under the id, of those that the caller may read. */
  lastStored(caller: Principal, id: string): StoredItem | undefined {
    const found = this.readable(caller).flatMap(({ items }) =>
      items.filter((item) => item.id === id),
    );
    const order = (item: StoredItem): number => this.#order.get(item) ?? 0;
    return found.toSorted((one, other) => order(one) - order(other)).at(-1);
  }

  /** Returns the ids under which several conversations that the caller may read have items. */
  sharedIds(caller: Principal): readonly string[] {
    const seen = new Set<string>();
    const all = this.readable(caller).flatMap(({ items }) => items.map(({ id }) => id));
    return all.filter((id) => seen.size === seen.add(id).size);
  }

  /** Returns whether a post must be refused whatever is stored. */
  isRefused(posted: readonly Posted[]): boolean {
    const most = this.rules.isStrict ? MAX_ITEMS_STRICT : MAX_ITEMS;
    return posted.length > most || posted.some(({ isRefused }) => isRefused);
  }

  /** Predicts the status of a post to a conversation, or to a new one if `into` is `undefined`. */
  postOutcome(
    caller: Principal,
    into: StoredConversation | undefined,
    posted: readonly Posted[],
  ): number {
    if (this.isRefused(posted)) return 400;
    const ids = posted.flatMap(({ id }) => id ?? []);
    if (new Set(ids).size < ids.length) return 400;
    const isAbsent = ({ id, value }: Posted): boolean =>
      value === undefined && (id === undefined || this.lastStored(caller, id) === undefined);
    if (posted.some(isAbsent)) return 404;
    return into?.items.some(({ id }) => ids.includes(id)) ? 400 : 200;
  }

  append(into: StoredConversation, added: readonly StoredItem[]): void {
    into.items.push(...added);
    for (const item of added) this.#order.set(item, (this.#stored += 1));
  }

  delete(id: string): void {
    const [item] = this.conversations.get(id)?.items ?? [];
    if (item !== undefined) this.#rememberItem(id, item.id);
    this.conversations.delete(id);
    this.#deleted.push(id);
    if (this.#deleted.length > MAX_REMEMBERED) this.#deleted.shift();
  }

  deleteItem(conversation: StoredConversation, item: string): void {
    conversation.items = conversation.items.filter(({ id }) => id !== item);
    this.#rememberItem(conversation.id, item);
  }

  #rememberItem(conversation: string, item: string): void {
    this.#deletedItems.push({ conversation, item });
    if (this.#deletedItems.length > MAX_REMEMBERED) this.#deletedItems.shift();
  }
}
