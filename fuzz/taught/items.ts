import { assertConversation, assertItem, assertPage } from '../assertions.ts';
import { postedOf } from '../meaning.ts';
import { asList, pageOfItems } from '../pages.ts';
import { addPosted, itemIn, readable, writable } from './effects.ts';
import type { PrivateOperation } from './operation.ts';
import {
  creationTime,
  hasSeveral,
  include,
  isAboveMaximum,
  itemBytes,
  itemCursor,
  itemPosition,
  limit,
  order,
  pageInclude,
} from './query.ts';

export const createConversationItems: PrivateOperation = {
  access: 'private',
  weight: 34,
  path: ['conversation_id'],
  headers: ['Idempotency-Key', 'x-colloquy-fingerprint', 'If-Match'],
  query: { include },
  body: {
    fields: ['items'],
    make: ({ random, caller, values }) => ({ items: values.items(random, caller) }),
  },
  expect: (model, caller, { conversation, body }) => {
    const posted = postedOf(body, model.rules);
    if (model.isRefused(posted)) return 400;
    const stored = model.write(caller, conversation);
    return stored === undefined ? false : model.postOutcome(caller, stored, posted);
  },
  accept: async (success) => {
    const conversation = writable(success);
    const before = conversation.items.length;
    await addPosted(success, conversation);
    const list = asList(success.body);
    const added = conversation.items.slice(before);
    assertPage(list, added, false);
    list.data.forEach((entry, index) => assertItem(entry, added[index]));
  },
};

const UNKNOWN = ['position', 'created_after', 'max_item_bytes'];

export const listConversationItems: PrivateOperation = {
  access: 'private',
  weight: 14,
  path: ['conversation_id'],
  headers: ['If-None-Match'],
  query: {
    limit,
    order,
    after: itemCursor,
    include: pageInclude,
    before: itemCursor,
    position: itemPosition,
    created_after: creationTime,
    max_item_bytes: itemBytes,
  },
  rare: ['before', ...UNKNOWN],
  expect: (model, caller, { operation, conversation, query }) => {
    if (isAboveMaximum(operation, query)) return 400;
    if (hasSeveral(query, 'after', 'before', 'position')) return 400;
    if (hasSeveral(query, 'position', 'created_after')) return 400;
    const stored = model.read(caller, conversation);
    const [cursor] = query?.get('after') ?? query?.get('before') ?? [];
    return (
      stored !== undefined && (cursor === undefined || stored.items.some(({ id }) => id === cursor))
    );
  },
  accept: (success) => {
    const { meaning, body } = success;
    const conversation = readable(success);
    if (body === undefined || meaning.query === undefined) return;
    // The model knows neither positions nor times, and stubs are no items.
    if (UNKNOWN.some((name) => meaning.query?.has(name) === true)) return;
    const page = pageOfItems(conversation, meaning.query);
    const list = asList(body);
    assertPage(list, page.entries, page.hasMore);
    list.data.forEach((entry, index) => assertItem(entry, page.entries[index]));
  },
};

export const getConversationItem: PrivateOperation = {
  access: 'private',
  weight: 9,
  path: ['conversation_id', 'item_id'],
  query: { include },
  expect: (model, caller, { conversation, item }) =>
    model.read(caller, conversation)?.items.some(({ id }) => id === item) ?? false,
  accept: (success) => {
    const item = itemIn(readable(success), success.meaning.item);
    if (success.body !== undefined) assertItem(success.body, item);
  },
};

export const deleteConversationItem: PrivateOperation = {
  access: 'private',
  weight: 8,
  path: ['conversation_id', 'item_id'],
  headers: ['If-Match'],
  query: {},
  expect: (model, caller, { conversation, item }) =>
    model.write(caller, conversation)?.items.some(({ id }) => id === item) ?? false,
  accept: (success) => {
    const conversation = writable(success);
    itemIn(conversation, success.meaning.item);
    success.model.deleteItem(conversation, success.meaning.item);
    assertConversation(success.body, conversation);
  },
};
