import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../src/base/json-object.ts';
import { keeps, metadataOf, postedOf, type Meaning } from './meaning.ts';
import { assertThat, shown } from './mismatch.ts';
import type { Model, Posted, StoredConversation, StoredItem } from './model.ts';
import { asList, pageOfConversations, pageOfItems, type List } from './pages.ts';
import type { Who } from './principals.ts';

/** What the owner of a conversation is served. */
export interface Reader {
  conversation(conversation: StoredConversation): Promise<unknown>;
  /** Oldest first and with everything. */
  items(conversation: StoredConversation): Promise<readonly StoredItem[]>;
}

/** Holds what the server has done against the model, and lets the model follow. */
export class Judge {
  readonly #model: Model;
  readonly #reader: Reader;

  constructor(model: Model, reader: Reader) {
    this.#model = model;
    this.#reader = reader;
  }

  /** Takes a success. Throws a `Mismatch` where there must not have been one. */
  async accept(who: Who | undefined, meaning: Meaning, body: unknown): Promise<void> {
    assertThat(who !== undefined, () => 'a stranger was served');
    const isTaken = meaning.operation?.body !== undefined;
    assertThat(meaning.isReadable || !isTaken, () => 'a body was taken that is not JSON in UTF-8');
    switch (meaning.operation?.id) {
      case 'createConversation':
        return this.#created(who, meaning, body);
      case 'createConversationItems':
        return this.#appended(who, meaning, body);
      case 'updateConversation': {
        const conversation = this.#writable(who, meaning);
        conversation.metadata = metadataOf(meaning.body);
        return assertConversation(body, conversation);
      }
      case 'deleteConversation': {
        const { id } = this.#writable(who, meaning);
        return this.#model.delete(id);
      }
      case 'deleteConversationItem': {
        const conversation = this.#writable(who, meaning);
        this.#item(conversation, meaning.item);
        this.#model.deleteItem(conversation, meaning.item);
        return assertConversation(body, conversation);
      }
      default:
        return this.#read(who, meaning, body);
    }
  }

  /** The conversation is as the model has it. */
  async assertUnchanged(conversation: StoredConversation): Promise<void> {
    assertConversation(await this.#reader.conversation(conversation), conversation);
    const served = await this.#reader.items(conversation);
    assertThat(
      isDeepStrictEqual(served, conversation.items),
      () => `the items of ${conversation.id} differ: ${differing(conversation.items, served)}`,
    );
  }

  #read(who: Who, meaning: Meaning, body: unknown): void {
    // A HEAD says no more than that it is there.
    const isHead = body === undefined;
    if (meaning.operation?.id === 'listConversations') {
      if (isHead || meaning.query === undefined) return;
      const page = pageOfConversations(this.#model, who, meaning.query);
      const list = asList(body);
      assertPage(list, page.entries, page.hasMore);
      list.data.forEach((entry, index) => assertConversation(entry, page.entries[index]));
      return;
    }
    const conversation = this.#model.read(who, meaning.conversation);
    assertThat(conversation !== undefined, () => 'the caller may not read this conversation');
    if (meaning.operation?.id === 'getConversation') {
      if (!isHead) assertConversation(body, conversation);
    } else if (meaning.operation?.id === 'getConversationItem') {
      const item = this.#item(conversation, meaning.item);
      if (!isHead) assertItem(body, item);
    } else if (!isHead && meaning.query !== undefined) {
      const page = pageOfItems(conversation, meaning.query);
      const list = asList(body);
      assertPage(list, page.entries, page.hasMore);
      list.data.forEach((entry, index) => assertItem(entry, page.entries[index]));
    }
  }

  #writable(who: Who, meaning: Meaning): StoredConversation {
    const conversation = this.#model.write(who, meaning.conversation);
    assertThat(conversation !== undefined, () => 'the caller may not change this conversation');
    return conversation;
  }

  #item({ id, items }: StoredConversation, item: string): StoredItem {
    const found = items.find((other) => other.id === item);
    assertThat(found !== undefined, () => `there is no item ${item} in ${id}`);
    return found;
  }

  async #created(who: Who, meaning: Meaning, body: unknown): Promise<void> {
    assertThat(!who.isAuditor, () => 'an auditor has created a conversation');
    const { id, created_at: createdAt } = isJsonObject(body) ? body : {};
    const conversation: StoredConversation = {
      id: String(id),
      owner: who,
      createdAt: Number(createdAt),
      metadata: metadataOf(meaning.body),
      items: [],
    };
    assertConversation(body, conversation);
    assertThat(!this.#model.conversations.has(conversation.id), () => 'an id came twice');
    await this.#add(who, conversation, postedOf(meaning.body));
    this.#model.conversations.set(conversation.id, conversation);
  }

  async #appended(who: Who, meaning: Meaning, body: unknown): Promise<void> {
    const conversation = this.#writable(who, meaning);
    const before = conversation.items.length;
    await this.#add(who, conversation, postedOf(meaning.body));
    const list = asList(body);
    const added = conversation.items.slice(before);
    assertPage(list, added, false);
    list.data.forEach((entry, index) => assertItem(entry, added[index]));
  }

  /** Reads what is there now: what was there before, and then what was posted. */
  async #add(who: Who, into: StoredConversation, posted: readonly Posted[]): Promise<void> {
    const outcome = this.#model.postOutcome(who, into, posted);
    assertThat(outcome === 200, () => `taken, though it must be answered ${outcome}`);
    const served = await this.#reader.items(into);
    const before = into.items.length;
    assertThat(isDeepStrictEqual(served.slice(0, before), into.items), () => 'older items changed');
    const added = served.slice(before);
    assertThat(
      added.length === posted.length,
      () => `${posted.length} items were posted and ${added.length} stored`,
    );
    for (const [index, item] of added.entries()) this.#assertStored(who, item, posted[index]);
    into.items = [...served];
  }

  #assertStored(who: Who, item: StoredItem, posted: Posted | undefined): void {
    const { id, value } = posted ?? { id: undefined, value: undefined };
    const known = this.#model.findItem(who, id ?? item.id);
    if (id !== undefined) assertThat(item.id === id, () => `posted was ${id}, stored ${item.id}`);
    if (known !== undefined) {
      assertThat(id !== undefined, () => `a new item has the id ${item.id}, which is taken`);
      assertThat(isDeepStrictEqual(item, known), () => `a linked item differs: ${shown(item)}`);
      return;
    }
    const isKept = keeps(JSON.parse(item.json), value);
    assertThat(isKept, () => `sent was\n${shown(value)}\nbut stored\n${shown(item.json)}`);
  }
}

function assertConversation(served: unknown, expected: StoredConversation | undefined): void {
  if (served === undefined) return;
  const wanted = {
    id: expected?.id,
    object: 'conversation',
    created_at: expected?.createdAt,
    metadata: expected?.metadata,
  };
  assertThat(isDeepStrictEqual(served, wanted), () => differing(wanted, served));
}

/** Of which only what they are is sure, since `include` may hide parts of them. */
const HIDING = /^(file_search_call|web_search_call|code_interpreter_call|reasoning)$/;
const LOGPROBS = '"logprobs":[{';

function assertItem(served: unknown, expected: StoredItem | undefined): void {
  assertThat(expected !== undefined, () => 'there is an item too many');
  const { id, type } = isJsonObject(served) ? served : {};
  const isHiding = HIDING.test(expected.type) || expected.json.includes(LOGPROBS);
  const isSame = isHiding
    ? id === expected.id && type === expected.type
    : JSON.stringify(served) === expected.json;
  assertThat(isSame, () => differing(expected.json, served));
}

function assertPage(
  { data, has_more: hasMore, first_id: first, last_id: last }: List,
  expected: readonly { readonly id: string }[],
  expectedMore: boolean,
): void {
  const served = { ids: data.map(({ id }) => id), hasMore, first, last };
  const ids = expected.map(({ id }) => id);
  const wanted = { ids, hasMore: expectedMore, first: ids[0] ?? null, last: ids.at(-1) ?? null };
  assertThat(
    isDeepStrictEqual(served, wanted),
    () => `the page is not\n${differing(wanted, served)}`,
  );
}

function differing(expected: unknown, served: unknown): string {
  return `expected is\n${shown(expected)}\nand served\n${shown(served)}`;
}
