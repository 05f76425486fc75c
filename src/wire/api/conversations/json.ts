/** Makes the JSON text of responses. Stored JSON becomes part of it unparsed. */

import type { Page } from '../../../base/paging.ts';
import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import type { StoredItem } from '../../../contract/items/serve.ts';
import type { RewoundConversation } from '../../../service/branches/branches.ts';

const MS_PER_SECOND = 1000;

interface ConversationFields {
  readonly id: string;
  readonly metadata: string;
  readonly createdAt: number;
  readonly forkedFrom?: {
    readonly conversationId: string;
    readonly itemId: string | null;
  } | null;
}

export function conversationJson(conversation: ConversationFields): string {
  const createdAt = Math.floor(conversation.createdAt / MS_PER_SECOND);
  return `{"id":${JSON.stringify(conversation.id)},"object":"conversation","created_at":${createdAt},"metadata":${conversation.metadata}${forkedFromJson(conversation)}}`;
}

/** Returns the field of a fork; an empty text for other conversations. */
function forkedFromJson({ forkedFrom }: ConversationFields): string {
  if (forkedFrom === undefined) return '';
  const origin =
    forkedFrom === null
      ? null
      : { conversation_id: forkedFrom.conversationId, item_id: forkedFrom.itemId };
  return `,"forked_from":${JSON.stringify(origin)}`;
}

export function deletedJson(id: string): string {
  return JSON.stringify({ id, object: 'conversation.deleted', deleted: true });
}

export function itemDeletedJson(id: string): string {
  return JSON.stringify({ id, object: 'conversation.item.deleted', deleted: true });
}

export function conversationListJson(page: Page<ConversationFields>): string | Buffer {
  return listJson(page, conversationJson);
}

export function itemListJson(
  page: Page<StoredItem & { readonly id: string }>,
  { serve }: Pick<ItemContract, 'serve'>,
  include: readonly Include[],
): string | Buffer {
  return listJson(page, (item) => serve(item, include));
}

export function rewoundJson(
  id: string,
  { deletedIds, deletedCount, items }: RewoundConversation,
  { serve }: Pick<ItemContract, 'serve'>,
  include: readonly Include[],
): string {
  const data = items.map((item) => serve(item, include)).join(',');
  const deleted = JSON.stringify(deletedIds);
  return `{"id":${JSON.stringify(id)},"object":"conversation.rewound","deleted_item_ids":${deleted},"deleted_items":${deletedCount},"data":[${data}]}`;
}

/** Limit of an answer as a string, near the engine's own. A longer answer is made of bytes. */
const LONGEST_TEXT = 200_000_000;

/** Returns a page in the list envelope. `first_id` and `last_id` are null when the page is empty. */
export function listJson<Entry extends { readonly id: string }>(
  { entries, hasMore }: Page<Entry>,
  entryJson: (entry: Entry) => string,
): string | Buffer {
  const firstId = JSON.stringify(entries[0]?.id ?? null);
  const lastId = JSON.stringify(entries.at(-1)?.id ?? null);
  const head = '{"object":"list","data":[';
  const tail = `],"first_id":${firstId},"has_more":${hasMore},"last_id":${lastId}}`;
  const texts = entries.map(entryJson);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length <= LONGEST_TEXT) return `${head}${texts.join(',')}${tail}`;
  const parts = texts.flatMap((text, index) => [index === 0 ? head : ',', text]);
  return Buffer.concat([...parts, tail].map((part) => Buffer.from(part)));
}
