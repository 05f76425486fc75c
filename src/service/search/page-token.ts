/** The tokens of pages of a search. They are good for the same search alone. */

import { createHash } from 'node:crypto';
import { isJsonObject } from '../../base/json-object.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ParsedSearch } from '../../contract/search/schemas.ts';
import type { SearchPlace } from '../../store/search/port.ts';

/** Where a page begins: after a place, or after as many results. */
export type PageStart =
  | { readonly kind: 'place'; readonly place: SearchPlace }
  | { readonly kind: 'offset'; readonly offset: number };

const MOST_OFFSET = 1_000_000;

export function pageToken(search: ParsedSearch, start: PageStart): string {
  const at =
    start.kind === 'offset'
      ? [start.offset]
      : [start.place.number, start.place.conversationId, start.place.position];
  return Buffer.from(JSON.stringify([searchHash(search), ...at])).toString('base64url');
}

/** Returns where the page of a search begins; `undefined` for its first page. Throws `wrong_search_page`. */
export function pageStart(search: ParsedSearch): PageStart | undefined {
  const { page } = search;
  if (page === undefined) return undefined;
  const [hash, first, conversationId, position] = parsed(page);
  if (hash !== searchHash(search)) throw apiError('wrong_search_page');
  if (conversationId === undefined && isWithin(first, 0, MOST_OFFSET)) {
    return { kind: 'offset', offset: first };
  }
  const isPlace =
    isWithin(first, 0, Number.MAX_SAFE_INTEGER) &&
    typeof conversationId === 'string' &&
    isWithin(position, -1, Number.MAX_SAFE_INTEGER);
  if (!isPlace) throw apiError('wrong_search_page');
  return { kind: 'place', place: { number: first, conversationId, position } };
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

function parsed(page: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(page, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** A hash of what decides on the results, and of nothing else: a page may have another length than the one before. */
function searchHash({ query, sort, filters }: ParsedSearch): string {
  const sorted = (value: unknown): unknown =>
    isJsonObject(value)
      ? Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, entry]) => [name, sorted(entry)])
      : value;
  const text = JSON.stringify([query, sort, sorted(filters)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
