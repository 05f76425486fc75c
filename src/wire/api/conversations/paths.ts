/** Paths of conversations and items, and the ids in them. */

import type { Call } from '../../http/call.ts';

export const TAG = 'Conversations';
export const COLLECTION = '/v1/conversations';
export const USAGE = `${COLLECTION}/usage`;
export const EXPORT = `${COLLECTION}/export`;
export const ERASURE = `${COLLECTION}/erase`;
export const SEARCH = `${COLLECTION}/search`;
export const CONVERSATION = `${COLLECTION}/{conversation_id}`;
export const HEALTH = `${CONVERSATION}/health`;
export const REPAIR = `${CONVERSATION}/repair`;
export const RESTORE = `${CONVERSATION}/restore`;
export const FORK = `${CONVERSATION}/fork`;
export const REWIND = `${CONVERSATION}/rewind`;
export const ITEMS = `${CONVERSATION}/items`;
export const ITEM = `${ITEMS}/{item_id}`;

export function conversationId({ path }: Pick<Call, 'path'>): string {
  return path['conversation_id'] ?? '';
}

export function itemId({ path }: Pick<Call, 'path'>): string {
  return path['item_id'] ?? '';
}
