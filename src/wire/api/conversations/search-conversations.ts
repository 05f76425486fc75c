import { apiError } from '../../../contract/errors/registry.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import {
  parseSearch,
  SearchBody,
  SearchResultsPage,
  type ParsedSearch,
} from '../../../contract/search/schemas.ts';
import type { Search, SearchAnswer, SearchResult } from '../../../service/search/search.ts';
import type { Route } from '../../http/route.ts';
import { listing } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { SEARCH, TAG } from './paths.ts';

const MS_PER_SECOND = 1000;

const ROUTE = {
  method: 'POST',
  path: SEARCH,
  operationId: 'searchConversations',
  summary: 'Find items by their words in the conversations that the caller may read',
  tag: TAG,
  isPublic: false,
  isExtension: true,
  query: {},
  body: { schema: SearchBody, required: true },
  response: { description: 'A page of items', schema: SearchResultsPage },
  errors: [],
} as const;

/** The route of a server that does not search. Without it, the path would be that of a conversation. */
export function absentSearch(): Route {
  return {
    ...ROUTE,
    handle: async () => {
      throw apiError('url_not_found', { method: ROUTE.method, url: SEARCH });
    },
  };
}

export function searchConversations(search: Search, contract: Pick<ItemContract, 'serve'>): Route {
  return defineRoute({
    ...ROUTE,
    audited: listing,
    handle: async ({ principal, body }) => {
      const parsed = parseSearch(body);
      return answerJson(await search.find(principal, parsed), parsed, contract);
    },
  });
}

function answerJson(
  { terms, results, nextPage, isComplete }: SearchAnswer,
  { include }: ParsedSearch,
  contract: Pick<ItemContract, 'serve'>,
): string {
  const data = results.map((result) => resultJson(result, include, contract)).join(',');
  return `{"object":"conversation.search_results.page","search_query":${JSON.stringify(terms)},"data":[${data}],"has_more":${nextPage !== undefined},"next_page":${JSON.stringify(nextPage ?? null)},"complete":${isComplete}}`;
}

function resultJson(
  result: SearchResult,
  include: ParsedSearch['include'],
  { serve }: Pick<ItemContract, 'serve'>,
): string {
  const head = JSON.stringify({
    object: 'conversation.search_result',
    conversation_id: result.conversationId,
    item_id: result.id,
    type: result.type,
    role: result.role ?? null,
    position: result.position,
    created_at: Math.floor(result.createdAt / MS_PER_SECOND),
    score: result.score,
    snippet: result.snippet,
  });
  // Stored JSON becomes part of the answer unparsed.
  const item = include.includes('item') ? `,"item":${serve(result, [])}` : '';
  const metadata = include.includes('metadata') ? `,"metadata":${result.metadata}` : '';
  return `${head.slice(0, -1)}${item}${metadata}}`;
}
