/** Paths of responses, and the ids in them. */

import type { Call } from '../../http/call.ts';

export const TAG = 'Responses';
/** Most items of one request: clients that keep the history themselves send all of it. */
export const MAX_INPUT_ITEMS = 100_000;
export const COLLECTION = '/v1/responses';
export const COMPACT = `${COLLECTION}/compact`;
export const INPUT_TOKENS = `${COLLECTION}/input_tokens`;
export const RESPONSE = `${COLLECTION}/{response_id}`;
export const CANCEL = `${RESPONSE}/cancel`;
export const INPUT_ITEMS = `${RESPONSE}/input_items`;

export function responseId({ path }: Pick<Call, 'path'>): string {
  return path['response_id'] ?? '';
}
