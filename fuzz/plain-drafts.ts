import { ITEM_SAMPLES } from '../test/support/item-samples.ts';
import type { Model, StoredConversation } from './model.ts';
import { oddString, text } from './odd-values.ts';
import { isPublic, type Operation } from './operations.ts';
import { PRINCIPALS, type Who } from './principals.ts';
import type { Random } from './random.ts';
import type { Draft } from './requests.ts';

/** Of one owner; with more, deleting goes before creating. */
const MANY_CONVERSATIONS = 20;
const MANY_ITEMS = 60;

const WEIGHTS: Readonly<Record<string, number>> = {
  createConversation: 10,
  getConversation: 6,
  updateConversation: 8,
  deleteConversation: 5,
  createConversationItems: 34,
  listConversationItems: 14,
  getConversationItem: 9,
  deleteConversationItem: 8,
  listConversations: 12,
};

/** Makes requests whose answers the model knows. */
export class PlainDrafts {
  readonly #operations: readonly Operation[];
  readonly #model: Model;

  constructor(operations: readonly Operation[], model: Model) {
    this.#operations = operations;
    this.#model = model;
  }

  make(random: Random): Draft {
    const who = random.chance(0.03) ? undefined : random.pick(PRINCIPALS);
    const operation = this.#operation(random, who);
    const conversation = this.conversation(random, who);
    return {
      who,
      operation,
      path: {
        conversation_id: conversation.id,
        item_id: this.#itemOf(random, conversation.stored),
      },
      query: this.#query(random, operation, who, conversation.stored),
      body: this.#body(random, operation, who),
    };
  }

  /** One of the caller's, one of others', one that is gone, or one that never was. */
  conversation(
    random: Random,
    who: Who | undefined,
  ): { readonly id: string; readonly stored: StoredConversation | undefined } {
    const all = [...this.#model.conversations.values()];
    const own = who === undefined ? all : this.#model.writable(who);
    const pool = random.chance(0.8) && own.length > 0 ? own : all;
    if (pool.length > 0 && random.chance(0.94)) {
      const stored = random.pick(pool);
      return { id: stored.id, stored };
    }
    const { gone } = this.#model;
    const id = gone.length > 0 && random.chance(0.8) ? random.pick(gone) : 'conv_never';
    return { id, stored: undefined };
  }

  #operation(random: Random, who: Who | undefined): Operation {
    const weights = Object.fromEntries(
      this.#operations.map((operation) => [operation.id, WEIGHTS[operation.id] ?? 1]),
    );
    const own = who === undefined ? [] : this.#model.writable(who);
    const isFull =
      own.length > MANY_CONVERSATIONS || own.some(({ items }) => items.length > MANY_ITEMS);
    if (isFull) Object.assign(weights, { deleteConversation: 40, createConversation: 2 });
    const chosen = random.weighted(weights);
    return this.#operations.find(({ id }) => id === chosen) ?? random.pick(this.#operations);
  }

  #itemOf(random: Random, stored: StoredConversation | undefined): string {
    if (stored !== undefined && stored.items.length > 0 && random.chance(0.85)) {
      return random.pick(stored.items).id;
    }
    const gone = this.#model.goneItems.filter(({ conversation }) => conversation === stored?.id);
    return gone.length > 0 ? random.pick(gone).item : 'msg_never';
  }

  #query(
    random: Random,
    operation: Operation,
    who: Who | undefined,
    stored: StoredConversation | undefined,
  ): [string, string][] {
    if (isPublic(operation)) return random.chance(0.5) ? [['bogus', '1']] : [];
    const query: [string, string][] = [];
    for (const { name, schema, in: place } of operation.parameters) {
      if (place === 'path' || !random.chance(0.35)) continue;
      if (name === 'limit') query.push([name, String(random.pick([1, 2, 3, 20, 100]))]);
      if (name === 'order') query.push([name, String(random.pick(schema.enum ?? ['asc']))]);
      if (name === 'after' || name === 'before') {
        const isOfItems = operation.id === 'listConversationItems';
        const id = isOfItems ? this.#itemOf(random, stored) : this.conversation(random, who).id;
        query.push([name, id]);
      }
      if (name === 'metadata') query.push([`metadata[${random.pick(KEYS)}]`, random.pick(VALUES)]);
      if (name.startsWith('created_')) query.push([name, String(this.#second(random))]);
      if (name === 'include[]') query.push([name, random.pick(INCLUDES)]);
    }
    return query;
  }

  #second(random: Random): number {
    const all = [...this.#model.conversations.values()];
    if (all.length === 0 || random.chance(0.2)) return random.pick([0, 4_000_000_000]);
    return random.pick(all).createdAt + random.pick([-1, 0, 1]);
  }

  #body(random: Random, operation: Operation, who: Who | undefined): unknown {
    if (operation.body === undefined) return undefined;
    if (operation.id === 'updateConversation') {
      return { metadata: random.chance(0.1) ? null : metadata(random) };
    }
    if (operation.id === 'createConversationItems') return { items: this.#items(random, who) };
    if (random.chance(0.1)) return undefined;
    return {
      ...(random.chance(0.7) ? { metadata: metadata(random) } : {}),
      ...(random.chance(0.6) ? { items: this.#items(random, who) } : {}),
    };
  }

  #items(random: Random, who: Who | undefined): unknown[] {
    const count = random.chance(0.05) ? 20 : random.below(4);
    return random.list(count, () => this.#item(random, who));
  }

  #item(random: Random, who: Who | undefined): unknown {
    const value = { role: random.pick(['user', 'developer', 'system']), content: text(random) };
    switch (random.weighted({ minted: 8, claimed: 3, sample: 4, reference: 1.5, linked: 1.5 })) {
      case 'minted':
        return random.chance(0.2) ? { ...value, content: oddString(random) } : value;
      case 'claimed':
        return { ...value, id: `msg_${random.pick(NAMES)}` };
      case 'sample':
        return this.#sample(random);
      case 'reference':
        return { type: 'item_reference', id: this.#knownItem(random, who) };
      case 'linked':
        return { id: this.#knownItem(random, who) };
    }
  }

  #sample(random: Random): unknown {
    const { type, prefix, idRequired, sent } = random.pick(ITEM_SAMPLES);
    const claims = idRequired || random.chance(0.3);
    const id = random.chance(0.5) ? random.pick(NAMES) : String(random.below(1_000_000));
    return { type, ...sent, ...(claims ? { id: `${prefix}_${id}` } : {}) };
  }

  #knownItem(random: Random, who: Who | undefined): string {
    const { goneItems } = this.#model;
    if (goneItems.length > 0 && random.chance(0.15)) return random.pick(goneItems).item;
    return this.#itemOf(random, this.conversation(random, who).stored);
  }
}

/** Few, so that they meet often. */
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
const KEYS = ['topic', 'user', '', 'a b', 'ключ', 'a.b', 'x]y', '__proto__'];
const VALUES = ['x', 'y', '', 'größe', '🙂'];
const INCLUDES = [
  'file_search_call.results',
  'message.output_text.logprobs',
  'reasoning.encrypted_content',
];

function metadata(random: Random): unknown {
  const value = (): string => (random.chance(0.2) ? text(random) : random.pick(VALUES));
  return Object.fromEntries(random.list(random.below(4), () => [random.pick(KEYS), value()]));
}
