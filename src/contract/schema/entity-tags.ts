/** Entity tags of RFC 9110, section 8.8.3, and the lists of them in `If-Match` and `If-None-Match`. */

import { apiError } from '../errors/registry.ts';

export interface EntityTag {
  readonly isWeak: boolean;
  /** The tag without its quotes. */
  readonly text: string;
}

/** A tag, or nothing, between two commas. Recipients take empty entries of a list. */
const ENTRY = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y;

/** Returns the tags of a list; `any` for `*`. Throws an `ApiError` when the value is neither. */
export function parseEntityTags(value: string, param: string): readonly EntityTag[] | 'any' {
  const trimmed = value.trim();
  if (trimmed === '*') return 'any';
  const tags: EntityTag[] = [];
  // Entry by entry: an expression for whole lists would try all ways to share out the white space.
  for (let at = 0; at < trimmed.length; at = ENTRY.lastIndex) {
    ENTRY.lastIndex = at;
    const entry = ENTRY.exec(trimmed);
    if (entry === null) throw apiError('invalid_entity_tags', { param });
    const [, weak, text] = entry;
    if (text !== undefined) tags.push({ isWeak: weak !== undefined, text });
  }
  if (tags.length === 0) throw apiError('invalid_entity_tags', { param });
  return tags;
}
