/** Paging by position: the one definition of a page, its cursor and `has_more`. */

export type Order = 'asc' | 'desc';

/** A request for a page. `after` is the id of the last entry that the reader has. */
export interface PageRequest {
  readonly limit: number;
  readonly order: Order;
  readonly after: string | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly hasMore: boolean;
}

/** Returns the number of rows to fetch for a page: one more than requested, which makes `has_more` exact. */
export function rowsToFetch(request: Pick<PageRequest, 'limit'>): number {
  return request.limit + 1;
}

/** Characters past which a page ends early, with `has_more`, rather than exhaust the memory. */
export const LARGEST_PAGE = 64 * 1024 * 1024;

/** Cuts a page after the entry with which it becomes too large. */
export function withinReason<Entry>(
  page: Page<Entry>,
  sizeOf: (entry: Entry) => number,
): Page<Entry> {
  let size = 0;
  const end = page.entries.findIndex((entry) => (size += sizeOf(entry)) > LARGEST_PAGE);
  return end === -1 || end === page.entries.length - 1
    ? page
    : { entries: page.entries.slice(0, end + 1), hasMore: true };
}

/** Cuts what was fetched with {@link rowsToFetch} to the page. */
export function toPage<Entry>(
  request: Pick<PageRequest, 'limit'>,
  fetched: readonly Entry[],
): Page<Entry> {
  return fetched.length > request.limit
    ? { entries: fetched.slice(0, request.limit), hasMore: true }
    : { entries: fetched, hasMore: false };
}
