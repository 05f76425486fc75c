import { isJsonObject } from '../../src/base/json-object.ts';
import { assertConversation, assertItem } from '../assertions.ts';
import { metadataOf, postedOf } from '../meaning.ts';
import { assertThat } from '../mismatch.ts';
import type { Model, StoredConversation, StoredItem } from '../model.ts';
import type { Principal } from '../principals.ts';
import { addPosted, readable, writable } from './effects.ts';
import type { DraftContext, PrivateOperation } from './operation.ts';
import { include } from './query.ts';

/** The items of a conversation up to a place, and those from there on. */
interface Parts {
  readonly kept: readonly StoredItem[];
  readonly rest: readonly StoredItem[];
}

/** Returns the fields of a body that name a place. */
function placeIn(body: unknown): { readonly after?: unknown; readonly before?: unknown } {
  const { after, before } = isJsonObject(body) ? body : {};
  // Null counts as omitted.
  return { after: after ?? undefined, before: before ?? undefined };
}

/** Splits a conversation at the place of a body; at its end without one. `undefined` when the item is absent. */
function partsOf({ items }: StoredConversation, body: unknown): Parts | undefined {
  const { after, before } = placeIn(body);
  const named = after ?? before;
  if (named === undefined) return { kept: items, rest: [] };
  const index = items.findIndex(({ id }) => id === named);
  if (index < 0) return undefined;
  const end = index + (after === undefined ? 0 : 1);
  return { kept: items.slice(0, end), rest: items.slice(end) };
}

function place({ random, conversation, values }: DraftContext): object {
  return { [random.pick(['after', 'before'])]: values.itemId(random, conversation) };
}

function items({ random, caller, values }: DraftContext): object {
  return random.chance(0.5) ? { items: values.items(random, caller) } : {};
}

/** Predicts the status of items that follow what is kept of a conversation. */
function outcome(
  model: Model,
  caller: Principal,
  conversation: StoredConversation,
  body: unknown,
): number {
  const posted = postedOf(body, model.rules);
  const parts = partsOf(conversation, body);
  if (parts === undefined) {
    const alone = model.postOutcome(caller, undefined, posted);
    return alone === 400 ? 400 : 404;
  }
  const expected = isJsonObject(body) ? (body['expected_item_ids'] ?? undefined) : undefined;
  const rest = parts.rest.map(({ id }) => id);
  const first = model.postOutcome(caller, undefined, posted);
  if (first !== 200) return first;
  if (expected !== undefined && JSON.stringify(expected) !== JSON.stringify(rest)) return 400;
  return model.postOutcome(caller, { ...conversation, items: [...parts.kept] }, posted);
}

export const forkConversation: PrivateOperation = {
  access: 'private',
  weight: 6,
  path: ['conversation_id'],
  headers: ['Idempotency-Key', 'x-colloquy-fingerprint'],
  query: {},
  body: {
    fields: ['after', 'before', 'metadata', 'items'],
    make: (context) => {
      const { random, values } = context;
      if (random.chance(0.2)) return undefined;
      return {
        ...(random.chance(0.6) ? place(context) : {}),
        ...(random.chance(0.3) ? { metadata: values.metadata(random) } : {}),
        ...items(context),
      };
    },
  },
  expect: (model, caller, { conversation, body }) => {
    if (model.isRefused(postedOf(body, model.rules))) return 400;
    if (caller.isAuditor) return 403;
    const source = model.read(caller, conversation);
    return source !== undefined && outcome(model, caller, source, body);
  },
  accept: async (success) => {
    const { model, caller, meaning, body } = success;
    const source = readable(success);
    assertThat(!caller.isAuditor, () => 'an auditor has made a fork');
    const parts = partsOf(source, meaning.body);
    assertThat(parts !== undefined, () => 'a fork at an absent item');
    const { id, created_at: createdAt } = isJsonObject(body) ? body : {};
    const asked = isJsonObject(meaning.body) ? meaning.body['metadata'] : undefined;
    const fork: StoredConversation = {
      id: String(id),
      owner: caller,
      createdAt: Number(createdAt),
      metadata: (asked ?? undefined) === undefined ? source.metadata : metadataOf(meaning.body),
      expiresAfter: null,
      items: [...parts.kept],
      forkedFrom: { conversation_id: source.id, item_id: parts.kept.at(-1)?.id ?? null },
    };
    assertThat(!model.conversations.has(fork.id), () => 'two conversations have one id');
    assertConversation(body, fork);
    await addPosted(success, fork);
    model.conversations.set(fork.id, fork);
  },
};

export const rewindConversation: PrivateOperation = {
  access: 'private',
  weight: 6,
  path: ['conversation_id'],
  headers: ['Idempotency-Key', 'x-colloquy-fingerprint', 'If-Match', 'x-colloquy-when-busy'],
  query: { include },
  body: {
    fields: ['after', 'before', 'expected_item_ids', 'items'],
    make: (context) => {
      const { random, conversation } = context;
      const named = place(context);
      const rest = conversation === undefined ? undefined : partsOf(conversation, named)?.rest;
      const expected = random.chance(0.9) ? (rest ?? []).map(({ id }) => id) : ['msg_never'];
      return {
        ...named,
        ...(random.chance(0.5) ? { expected_item_ids: expected } : {}),
        ...items(context),
      };
    },
  },
  expect: (model, caller, { conversation, body }) => {
    if (model.isRefused(postedOf(body, model.rules))) return 400;
    const stored = model.write(caller, conversation);
    return stored !== undefined && outcome(model, caller, stored, body);
  },
  accept: async (success) => {
    const { model, meaning, body } = success;
    const conversation = writable(success);
    const parts = partsOf(conversation, meaning.body);
    assertThat(parts !== undefined, () => 'a rewind to an absent item');
    const removed = parts.rest.map(({ id }) => id);
    for (const id of removed) model.deleteItem(conversation, id);
    await addPosted(success, conversation);
    if (!isJsonObject(body)) return;
    const { deleted_item_ids: deleted, deleted_items: count, data } = body;
    assertThat(
      JSON.stringify(deleted) === JSON.stringify(removed) && count === removed.length,
      () => `${String(deleted)} were removed, and not ${removed.join()}`,
    );
    const added = conversation.items.slice(parts.kept.length);
    (Array.isArray(data) ? data : []).forEach((entry, index) => assertItem(entry, added[index]));
  },
};
