import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ParsedSearch } from '../../contract/search/schemas.ts';
import { parseTerms, termTexts, type SearchTerms } from '../../contract/search/terms.ts';
import type { FoundItem, SearchFilters, SearchReader } from '../../store/search/port.ts';
import type { Indexer } from './indexer.ts';
import { pageStart, pageToken, type PageStart } from './page-token.ts';
import { snippetOf, type Snippet } from './snippet.ts';

const MS_PER_SECOND = 1000;
/** The most results by relevance, of all pages. */
const MOST_RELEVANT = 200;
/** Ids of items have a prefix, a low line and more, of these characters. */
const ITEM_ID = /^[A-Za-z][\w-]*_[\w-]+$/;

export interface SearchResult extends FoundItem {
  readonly role: string | undefined;
  readonly snippet: Snippet;
}

export interface SearchAnswer {
  /** The terms as they were searched for. */
  readonly terms: readonly string[];
  readonly results: readonly SearchResult[];
  readonly nextPage: string | undefined;
  /** Whether the index had all items that were stored before. */
  readonly isComplete: boolean;
}

interface Found {
  readonly entries: readonly FoundItem[];
  readonly next: PageStart | undefined;
}

/** The search for items in the conversations that a principal may read. */
export class Search {
  readonly #store: SearchReader;
  readonly #authorizer: Authorizer;
  readonly #indexer: Indexer;

  constructor(store: SearchReader, authorizer: Authorizer, indexer: Indexer) {
    this.#store = store;
    this.#authorizer = authorizer;
    this.#indexer = indexer;
  }

  async find(principal: Principal, search: ParsedSearch): Promise<SearchAnswer> {
    const { tenant } = principal;
    const start = pageStart(search);
    const access = this.#authorizer.filter(principal, 'read');
    const sought = { tenant, access, filters: filtersOf(search), limit: search.limit };
    const byId = await this.#byId(search, sought, start);
    if (byId !== undefined) return answer(search, [search.query.trim()], byId, [], true);
    const terms = parseTerms(search.query);
    const isComplete = await this.#indexer.catchUp(tenant, sought.filters.conversationId);
    const found =
      search.sort === 'newest'
        ? await this.#byTime(sought, terms, start)
        : await this.#byRank(sought, terms, start);
    return answer(search, termTexts(terms), found, terms.wanted, isComplete);
  }

  /** Returns the items with the id that the query is; `undefined` when it is none that is there. */
  async #byId(search: ParsedSearch, sought: Sought, start?: PageStart): Promise<Found | undefined> {
    const itemId = search.query.trim();
    if (!ITEM_ID.test(itemId) || start?.kind === 'place') return undefined;
    const offset = start?.offset ?? 0;
    const { entries, hasMore } = await this.#store.byId({ ...sought, itemId, offset });
    if (entries.length === 0) return undefined;
    return {
      entries,
      next: hasMore ? { kind: 'offset', offset: offset + entries.length } : undefined,
    };
  }

  async #byTime(sought: Sought, terms: SearchTerms, start?: PageStart): Promise<Found> {
    if (start?.kind === 'offset') throw apiError('wrong_search_page');
    const page = await this.#store.byTime({ ...sought, terms, after: start?.place });
    const next =
      page.next === undefined ? undefined : ({ kind: 'place', place: page.next } as const);
    return { entries: page.entries, next };
  }

  async #byRank(sought: Sought, terms: SearchTerms, start?: PageStart): Promise<Found> {
    if (start?.kind === 'place') throw apiError('wrong_search_page');
    const offset = start?.offset ?? 0;
    const limit = Math.min(sought.limit, MOST_RELEVANT - offset);
    if (limit <= 0) return { entries: [], next: undefined };
    const { entries, hasMore } = await this.#store.byRank({ ...sought, limit, terms, offset });
    const end = offset + entries.length;
    const hasNext = hasMore && end < MOST_RELEVANT;
    return { entries, next: hasNext ? { kind: 'offset', offset: end } : undefined };
  }
}

interface Sought {
  readonly tenant: string;
  readonly access: ReturnType<Authorizer['filter']>;
  readonly filters: SearchFilters;
  readonly limit: number;
}

function filtersOf({ filters }: ParsedSearch): SearchFilters {
  const { created_after: after, created_before: before } = filters;
  return {
    conversationId: filters.conversation_id,
    owner: filters.owner,
    metadata: Object.entries(filters.metadata ?? {}),
    types: filters.type ?? [],
    roles: filters.role ?? [],
    createdFrom: after === undefined ? undefined : (after + 1) * MS_PER_SECOND,
    createdUntil: before === undefined ? undefined : before * MS_PER_SECOND,
  };
}

function answer(
  search: ParsedSearch,
  terms: readonly string[],
  { entries, next }: Found,
  wanted: SearchTerms['wanted'],
  isComplete: boolean,
): SearchAnswer {
  return {
    terms,
    results: entries.map((entry) => ({ ...entry, ...snippetOf(entry.data, wanted) })),
    nextPage: next === undefined ? undefined : pageToken(search, next),
    isComplete,
  };
}
