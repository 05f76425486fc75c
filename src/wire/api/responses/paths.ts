/** Paths of responses, and the ids in them. */

import type { Call } from '../../http/call.ts';

export const TAG = 'Responses';
export const COLLECTION = '/v1/responses';
export const RESPONSE = `${COLLECTION}/{response_id}`;
export const CANCEL = `${RESPONSE}/cancel`;
export const INPUT_ITEMS = `${RESPONSE}/input_items`;

export function responseId({ path }: Pick<Call, 'path'>): string {
  return path['response_id'] ?? '';
}
