import { mayRead, mayWrite, type Who } from './principals.ts';

export interface StoredItem {
  readonly id: string;
  readonly type: string;
  /** With everything that `include` can ask for. */
  readonly json: string;
}

export interface StoredConversation {
  readonly id: string;
  readonly owner: Who;
  /** Unix seconds. */
  readonly createdAt: number;
  metadata: Readonly<Record<string, unknown>>;
  items: StoredItem[];
}

/** What a caller posts: a reference has no value. */
export interface Posted {
  readonly id: string | undefined;
  readonly value: unknown;
}

const MOST_REMEMBERED = 100;

/** Everything that the server must know, in memory: who created what, in which order, and what is gone. */
export class Model {
  /** In the order of creation. */
  readonly conversations = new Map<string, StoredConversation>();
  readonly #gone: string[] = [];
  readonly #goneItems: { readonly conversation: string; readonly item: string }[] = [];

  get gone(): readonly string[] {
    return this.#gone;
  }

  get goneItems(): readonly { readonly conversation: string; readonly item: string }[] {
    return this.#goneItems;
  }

  readable(who: Who): readonly StoredConversation[] {
    return [...this.conversations.values()].filter(({ owner }) => mayRead(who, owner));
  }

  writable(who: Who): readonly StoredConversation[] {
    return [...this.conversations.values()].filter(({ owner }) => mayWrite(who, owner));
  }

  /** The conversation if the principal may read it. */
  read(who: Who, id: string): StoredConversation | undefined {
    const found = this.conversations.get(id);
    return found !== undefined && mayRead(who, found.owner) ? found : undefined;
  }

  /** The conversation if the principal may change it. */
  write(who: Who, id: string): StoredConversation | undefined {
    const found = this.conversations.get(id);
    return found !== undefined && mayWrite(who, found.owner) ? found : undefined;
  }

  /** The item where the principal may read it. */
  findItem(who: Who, id: string): StoredItem | undefined {
    for (const { items } of this.readable(who)) {
      const found = items.find((item) => item.id === id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The status with which posting to the conversation, undefined for a new one, must be answered. */
  postOutcome(who: Who, into: StoredConversation | undefined, posted: readonly Posted[]): number {
    const here = new Set(into?.items.map(({ id }) => id));
    for (const { id, value } of posted) {
      if (id === undefined) continue;
      if (here.has(id)) return 400;
      here.add(id);
      if (value === undefined && this.findItem(who, id) === undefined) return 404;
    }
    return 200;
  }

  delete(id: string): void {
    const [item] = this.conversations.get(id)?.items ?? [];
    if (item !== undefined) this.#forget(id, item.id);
    this.conversations.delete(id);
    this.#gone.push(id);
    if (this.#gone.length > MOST_REMEMBERED) this.#gone.shift();
  }

  deleteItem(conversation: StoredConversation, item: string): void {
    conversation.items = conversation.items.filter(({ id }) => id !== item);
    this.#forget(conversation.id, item);
  }

  #forget(conversation: string, item: string): void {
    this.#goneItems.push({ conversation, item });
    if (this.#goneItems.length > MOST_REMEMBERED) this.#goneItems.shift();
  }
}
