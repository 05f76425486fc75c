/** Entity tags of RFC 9110, section 8.8.3, and the lists of them in `If-Match` and `If-None-Match`. */

import { apiError } from '../errors/registry.ts';

export interface EntityTag {
  readonly isWeak: boolean;
  /** The tag without its quotes. */
  readonly text: string;
}

const TAG = String.raw`(W/)?"([\x21\x23-\x7e\x80-\xff]*)"`;
/** Recipients take empty entries of a list. */
const LIST = new RegExp(String.raw`^[ \t,]*${TAG}(?:[ \t]*,[ \t]*(?:${TAG})?)*$`);

/** Returns the tags of a list; `any` for `*`. Throws an `ApiError` when the value is neither. */
export function parseEntityTags(value: string, param: string): readonly EntityTag[] | 'any' {
  const trimmed = value.trim();
  if (trimmed === '*') return 'any';
  if (!LIST.test(trimmed)) throw apiError('invalid_entity_tags', { param });
  return [...trimmed.matchAll(new RegExp(TAG, 'g'))].map(([, weak, text = '']) => ({
    isWeak: weak !== undefined,
    text,
  }));
}
