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
  items: StoredItem[];
}

/** Item in a request; a reference has no value. */
export interface Posted {
  readonly id: string | undefined;
  readonly value: unknown;
}

const MAX_REMEMBERED = 100;

/** Model of the server's state: conversations with owners and items, and the latest deletions. */
export class Model {
  /** Conversations in the order of creation. */
  readonly conversations = new Map<string, StoredConversation>();
  readonly #deleted: string[] = [];
  readonly #deletedItems: { readonly conversation: string; readonly item: string }[] = [];

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

  /** Returns the item if the caller may read it in any conversation. */
  findItem(caller: Principal, id: string): StoredItem | undefined {
    for (const { items } of this.readable(caller)) {
      const found = items.find((item) => item.id === id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Predicts the status of a post to a conversation, or to a new one if `into` is `undefined`. */
  postOutcome(
    caller: Principal,
    into: StoredConversation | undefined,
    posted: readonly Posted[],
  ): number {
    const here = new Set(into?.items.map(({ id }) => id));
    for (const { id, value } of posted) {
      if (id === undefined) continue;
      if (here.has(id)) return 400;
      here.add(id);
      if (value === undefined && this.findItem(caller, id) === undefined) return 404;
    }
    return 200;
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
