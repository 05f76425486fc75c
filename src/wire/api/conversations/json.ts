/** Makes the JSON text of responses. Stored JSON becomes part of it unparsed. */

import type { Page } from '../../../base/paging.ts';
import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import type { ConversationRecord } from '../../../store/conversations/port.ts';
import type { StoredItem } from '../../../contract/items/serve.ts';

const MS_PER_SECOND = 1000;
const MS_PER_DAY = 86_400_000;

type ConversationFields = Pick<
  ConversationRecord,
  'id' | 'metadata' | 'createdAt' | 'expiry' | 'deletion'
>;

export function conversationJson(conversation: ConversationFields): string {
  const { id, metadata, createdAt } = conversation;
  return `{"id":${JSON.stringify(id)},"object":"conversation","created_at":${seconds(createdAt)},"metadata":${metadata}${expiryJson(conversation)}${deletionJson(conversation)}}`;
}

function expiryJson({ expiry, createdAt }: ConversationFields): string {
  if (expiry === undefined) return '';
  const { expiresAt, idleMs, activeAt } = expiry;
  const anchor = idleMs === null ? 'created_at' : 'last_active_at';
  const days = Math.round((idleMs ?? expiresAt - createdAt) / MS_PER_DAY);
  return `,"expires_after":{"anchor":"${anchor}","days":${days}},"expires_at":${seconds(expiresAt)},"last_active_at":${seconds(activeAt)}`;
}

function deletionJson({ deletion }: ConversationFields): string {
  if (deletion === undefined) return '';
  return `,"deleted_at":${seconds(deletion.deletedAt)},"purge_at":${seconds(deletion.purgeAt)}`;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / MS_PER_SECOND);
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
