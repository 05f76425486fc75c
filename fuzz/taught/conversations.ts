import { assertConversation, assertPage } from '../assertions.ts';
import { metadataOf, postedOf, type Meaning } from '../meaning.ts';
import { assertThat } from '../mismatch.ts';
import type { Model, StoredConversation } from '../model.ts';
import { asList, pageOfConversations } from '../pages.ts';
import type { Principal } from '../principals.ts';
import type { PrivateOperation } from './operation.ts';
import { addPosted, readable, writable } from './effects.ts';
import { EXPIRY_ANCHORS } from '../../src/base/expiry.ts';
import { isJsonObject, type JsonObject } from '../../src/base/json-object.ts';
import type { Random } from '../random.ts';
import {
  conversationCursor,
  conversationInclude,
  creationTime,
  isAboveMaximum,
  limit,
  metadata,
  metadataKey,
  order,
  owner,
  conversationId,
} from './query.ts';

/** Headers of an operation that may be repeated. */
const REPEATABLE = ['Idempotency-Key', 'x-colloquy-fingerprint'];

export const createConversation: PrivateOperation = {
  access: 'private',
  weight: 10,
  path: [],
  headers: REPEATABLE,
  query: {},
  body: {
    fields: ['metadata', 'items', 'expires_after'],
    make: ({ random, caller, values }) => {
      if (random.chance(0.1)) return undefined;
      return {
        ...(random.chance(0.7) ? { metadata: values.metadata(random) } : {}),
        ...(random.chance(0.6) ? { items: values.items(random, caller) } : {}),
        ...(random.chance(0.2) ? { expires_after: expiry(random) } : {}),
      };
    },
  },
  expect: (model, caller, { body }) => {
    const posted = postedOf(body, model.rules);
    if (model.isRefused(posted)) return 400;
    return caller.isAuditor ? 403 : model.postOutcome(caller, undefined, posted);
  },
  accept: async (success) => {
    const { model, caller, meaning, body } = success;
    assertThat(!caller.isAuditor, () => 'an auditor has created a conversation');
    const { id, created_at: createdAt } = isJsonObject(body) ? body : {};
    const conversation: StoredConversation = {
      id: String(id),
      owner: caller,
      createdAt: Number(createdAt),
      metadata: metadataOf(meaning.body),
      expiresAfter: bodyOf(meaning)['expires_after'] ?? null,
      items: [],
    };
    assertConversation(body, conversation);
    assertThat(!model.conversations.has(conversation.id), () => 'two conversations have one id');
    await addPosted(success, conversation);
    model.conversations.set(conversation.id, conversation);
  },
};

export const getConversation: PrivateOperation = {
  access: 'private',
  weight: 6,
  path: ['conversation_id'],
  query: { include: conversationInclude },
  headers: ['If-None-Match'],
  expect: (model, caller, { conversation }) => model.read(caller, conversation) !== undefined,
  accept: (success) => assertConversation(success.body, readable(success)),
};

export const updateConversation: PrivateOperation = {
  access: 'private',
  weight: 17,
  path: ['conversation_id'],
  headers: [...REPEATABLE, 'If-Match'],
  query: {},
  body: {
    fields: ['metadata', 'expires_after'],
    make: ({ random, values }) => ({
      metadata: random.chance(0.1) ? null : values.metadata(random),
      ...(random.chance(0.2) ? { expires_after: random.chance(0.3) ? null : expiry(random) } : {}),
    }),
  },
  expect: isWritable,
  accept: (success) => {
    const conversation = writable(success);
    const changes = bodyOf(success.meaning);
    if ('metadata' in changes) conversation.metadata = metadataOf(success.meaning.body);
    if ('expires_after' in changes) conversation.expiresAfter = changes['expires_after'];
    assertConversation(success.body, conversation);
  },
};

export const deleteConversation: PrivateOperation = {
  access: 'private',
  weight: 5,
  path: ['conversation_id'],
  headers: ['If-Match'],
  query: { permanent: ({ random }) => ['permanent', random.pick(['true', 'false'])] },
  expect: isWritable,
  accept: (success) => success.model.delete(writable(success).id),
};

export const getConversationUsage: PrivateOperation = {
  access: 'private',
  weight: 3,
  path: [],
  query: {
    group_by: ({ random }, { schema }) => ['group_by', String(random.pick(schema.enum ?? []))],
    limit,
    // A day, and a name for the other groups.
    after: () => ['after', '2026-01-01'],
    metadata,
  },
  expect: (_model, _caller, { operation, query }) =>
    isAboveMaximum(operation, query) ? 400 : true,
  accept: ({ model, caller, meaning, body }) => {
    if (body === undefined) return;
    const list = asList(body);
    const isPart = [...(meaning.query?.keys() ?? [])].some((name) => name !== 'group_by');
    if (isPart || list.has_more) return;
    const counts = list.data.map((sum) => Number(isJsonObject(sum) ? sum['conversations'] : 0));
    const readable = [...model.conversations.keys()].filter(
      (id) => model.read(caller, id) !== undefined,
    );
    assertThat(
      counts.reduce((sum, count) => sum + count, 0) === readable.length,
      () => 'the sums count other conversations than the caller may read',
    );
  },
};

const ACTIVITY = ['sort', 'last_item_after', 'last_item_before'];

export const exportConversations: PrivateOperation = {
  access: 'private',
  weight: 3,
  path: [],
  query: {
    metadata,
    metadata_key: metadataKey,
    owner,
    conversation_id: conversationId,
    created_after: creationTime,
    created_before: creationTime,
    last_item_after: creationTime,
    last_item_before: creationTime,
  },
  rare: ACTIVITY,
  expect: () => true,
  accept: ({ model, caller, meaning, body }) => {
    // The model does not know when items were stored.
    if (ACTIVITY.some((name) => meaning.query?.has(name) === true)) return;
    if (typeof body !== 'string' || meaning.query === undefined) return;
    const lines = body.trimEnd().split('\n');
    const ids = lines.flatMap(
      (line) => /^\{"conversation":\{.*?"id":"(.*?)"/.exec(line)?.[1] ?? [],
    );
    const all = new Map([...meaning.query, ['limit', [String(Number.MAX_SAFE_INTEGER)]]] as const);
    const { entries } = pageOfConversations(model, caller, all);
    assertThat(
      JSON.stringify(ids.toSorted()) === JSON.stringify(entries.map(({ id }) => id).toSorted()),
      () => 'an export has other conversations than the caller may read and has chosen',
    );
    assertThat(lines.at(-1)?.startsWith('{"end":') === true, () => 'an export has no end');
  },
};

export const listConversations: PrivateOperation = {
  access: 'private',
  weight: 18,
  path: [],
  query: {
    limit,
    order,
    after: conversationCursor,
    before: conversationCursor,
    metadata,
    metadata_key: metadataKey,
    owner,
    conversation_id: conversationId,
    forked_from: conversationCursor,
    created_after: creationTime,
    created_before: creationTime,
    // The server of a run has no trash, so that the list of it is empty.
    deleted: ({ random }) => ['deleted', random.pick(['true', 'false'])],
    last_item_after: creationTime,
    last_item_before: creationTime,
    sort: ({ random }) => ['sort', random.pick(['created_at', 'last_item_at'])],
    include: conversationInclude,
  },
  rare: [...ACTIVITY, 'owner', 'conversation_id', 'metadata_key'],
  expect: (model, caller, { operation, query }) => {
    if (isAboveMaximum(operation, query)) return 400;
    const [[after], [before]] = [query?.get('after') ?? [], query?.get('before') ?? []];
    if (after !== undefined && before !== undefined) return 400;
    const [source] = query?.get('forked_from') ?? [];
    // There are no forks to show, whatever the cursor.
    if (source !== undefined && model.read(caller, source) === undefined) return true;
    const cursor = after ?? before;
    if (cursor !== undefined && query?.get('deleted')?.[0] === 'true') return false;
    return cursor === undefined || model.read(caller, cursor) !== undefined;
  },
  accept: ({ model, caller, meaning, body }) => {
    if (body === undefined || meaning.query === undefined) return;
    // The model does not know when items were stored.
    if (ACTIVITY.some((name) => meaning.query?.has(name) === true)) return;
    const page =
      meaning.query.get('deleted')?.[0] === 'true'
        ? { entries: [], hasMore: false }
        : pageOfConversations(model, caller, meaning.query);
    const list = asList(body);
    assertPage(list, page.entries, page.hasMore);
    list.data.forEach((entry, index) => assertConversation(entry, page.entries[index]));
  },
};

function expiry(random: Random): object {
  return { anchor: random.pick(EXPIRY_ANCHORS), days: random.pick([1, 30, 365]) };
}

function bodyOf({ body }: Meaning): JsonObject {
  return isJsonObject(body) ? body : {};
}

function isWritable(model: Model, caller: Principal, { conversation }: Meaning): boolean {
  return model.write(caller, conversation) !== undefined;
}
