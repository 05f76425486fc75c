/** Makes the JSON text of responses. Stored JSON becomes part of it unparsed. */

import type { Page } from '../../../base/paging.ts';
import { secondOf } from '../../../base/seconds.ts';
import { ConversationInclude } from '../../../contract/conversations/details.ts';
import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { activityCursor } from '../../../service/conversations/activity-cursor.ts';
import type { ShownConversation } from '../../../service/branches/origins.ts';
import type { ActivityPlace } from '../../../store/conversations/port.ts';
import { stubJson } from '../../../contract/items/pages.ts';
import type { StoredItem } from '../../../contract/items/serve.ts';
import type { RewoundConversation } from '../../../service/branches/branches.ts';

const MS_PER_DAY = 86_400_000;

type ConversationFields = Pick<
  ShownConversation,
  'id' | 'metadata' | 'createdAt' | 'expiry' | 'deletion' | 'forkedFrom'
>;

/** A conversation with what a request may include. */
interface DetailedFields extends ConversationFields {
  readonly details?: {
    readonly owner: string;
    readonly itemCount: number | null;
    readonly lastItemAt: number | null;
  };
  readonly permissions?: readonly string[];
}

export function detailedConversationJson(
  { details, permissions, ...conversation }: DetailedFields,
  include: readonly ConversationInclude[],
): string {
  const json = conversationJson(conversation);
  if (details === undefined) return json;
  const { owner, itemCount, lastItemAt } = details;
  const values: Readonly<Record<ConversationInclude, unknown>> = {
    owner,
    item_count: itemCount,
    last_item_at: lastItemAt === null ? null : secondOf(lastItemAt),
    permissions,
  };
  const included = ConversationInclude.enum.filter((name) => include.includes(name));
  const fields = included.map((name) => `,"${name}":${JSON.stringify(values[name])}`);
  return `${json.slice(0, -1)}${fields.join('')}}`;
}

export function conversationJson(conversation: ConversationFields): string {
  const { id, metadata, createdAt } = conversation;
  return `{"id":${JSON.stringify(id)},"object":"conversation","created_at":${secondOf(createdAt)},"metadata":${metadata}${expiryJson(conversation)}${deletionJson(conversation)}${forkedFromJson(conversation)}}`;
}

function expiryJson({ expiry, createdAt }: ConversationFields): string {
  if (expiry === undefined) return '';
  const { expiresAt, idleMs, activeAt } = expiry;
  const anchor = idleMs === null ? 'created_at' : 'last_active_at';
  const days = Math.round((idleMs ?? expiresAt - createdAt) / MS_PER_DAY);
  return `,"expires_after":{"anchor":"${anchor}","days":${days}},"expires_at":${secondOf(expiresAt)},"last_active_at":${secondOf(activeAt)}`;
}

function deletionJson({ deletion }: ConversationFields): string {
  if (deletion === undefined) return '';
  return `,"deleted_at":${secondOf(deletion.deletedAt)},"purge_at":${secondOf(deletion.purgeAt)}`;
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

/** Returns a page of conversations. Those of a list by activity have their places as cursors. */
export function conversationListJson(
  page: Page<DetailedFields & { readonly activity?: ActivityPlace }>,
  include: readonly ConversationInclude[],
): string | Buffer {
  return listJson(
    page,
    (conversation) => detailedConversationJson(conversation, include),
    '',
    ({ id, activity }) => (activity === undefined ? id : activityCursor(activity)),
  );
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

/**
 * Returns a page in the list envelope. `first_id` and `last_id` are null when the page is empty; `further` are fields
 * of the envelope, each after a comma.
 */
export function listJson<Entry extends { readonly id: string }>(
  { entries, hasMore }: Page<Entry>,
  entryJson: (entry: Entry) => string,
  further = '',
  cursorOf: (entry: Entry) => string = ({ id }) => id,
): string | Buffer {
  const [first, last] = [entries[0], entries.at(-1)];
  const firstId = first === undefined ? null : JSON.stringify(cursorOf(first));
  const lastId = last === undefined ? null : JSON.stringify(cursorOf(last));
  const head = '{"object":"list","data":[';
  const tail = `],"first_id":${firstId},"has_more":${hasMore},"last_id":${lastId}${further}}`;
  const texts = entries.map(entryJson);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length <= LONGEST_TEXT) return `${head}${texts.join(',')}${tail}`;
  const parts = texts.flatMap((text, index) => [index === 0 ? head : ',', text]);
  return Buffer.concat([...parts, tail].map((part) => Buffer.from(part)));
}
