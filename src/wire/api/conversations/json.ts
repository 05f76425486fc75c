/** Makes the JSON text of responses. Stored JSON becomes part of it unparsed. */

import type { Page } from '../../../base/paging.ts';
import { secondOf } from '../../../base/seconds.ts';
import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { stubJson } from '../../../contract/items/pages.ts';
import type { StoredItem } from '../../../contract/items/serve.ts';

interface ConversationFields {
  readonly id: string;
  readonly metadata: string;
  readonly createdAt: number;
}

export function conversationJson(conversation: ConversationFields): string {
  const createdAt = secondOf(conversation.createdAt);
  return `{"id":${JSON.stringify(conversation.id)},"object":"conversation","created_at":${createdAt},"metadata":${conversation.metadata}}`;
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

/** An item of a page, as the store lists it. */
interface ItemFields extends StoredItem {
  readonly id: string;
  readonly placement?: { readonly position: number; readonly createdAt: number };
  /** Bytes of the item, of which `data` is the two ends alone. */
  readonly cutFrom?: number;
}

export function itemListJson(
  page: Page<ItemFields>,
  { serve }: Pick<ItemContract, 'serve'>,
  include: readonly Include[],
  hasPlacements = false,
): string | Buffer {
  const itemJson = (item: ItemFields): string =>
    item.cutFrom === undefined
      ? serve(item, include)
      : stubJson({ ...item, bytes: item.cutFrom, ends: item.data });
  return listJson(page, itemJson, hasPlacements ? placementsJson(page) : '');
}

/** Returns the places of a page's items as fields of its envelope. */
function placementsJson({ entries }: Page<ItemFields>): string {
  const placements = entries.map(({ id, placement }) => ({
    id,
    position: placement?.position,
    created_at: secondOf(placement?.createdAt ?? 0),
  }));
  return `,"placements":${JSON.stringify(placements)}`;
}

/** Limit of an answer as a string, near the engine's own. A longer answer is made of bytes. */
const LONGEST_TEXT = 200_000_000;

/**
 * Returns a page in the list envelope. `first_id` and `last_id` are null when the page is empty; `further` are fields
 * of the envelope, each after a comma.
 */
export function listJson<Entry extends { readonly id: string }>(
  { entries, hasMore }: Page<Entry>,
  entryJson: (entry: Entry) => string,
  further = '',
): string | Buffer {
  const firstId = JSON.stringify(entries[0]?.id ?? null);
  const lastId = JSON.stringify(entries.at(-1)?.id ?? null);
  const head = '{"object":"list","data":[';
  const tail = `],"first_id":${firstId},"has_more":${hasMore},"last_id":${lastId}${further}}`;
  const texts = entries.map(entryJson);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length <= LONGEST_TEXT) return `${head}${texts.join(',')}${tail}`;
  const parts = texts.flatMap((text, index) => [index === 0 ? head : ',', text]);
  return Buffer.concat([...parts, tail].map((part) => Buffer.from(part)));
}
