/** Paths of models, and the ids in them. */

import type { Call } from '../../http/call.ts';

export const TAG = 'Models';
export const COLLECTION = '/v1/models';
export const MODEL = `${COLLECTION}/{model_id}`;

export function modelId({ path }: Pick<Call, 'path'>): string {
  return path['model_id'] ?? '';
}
