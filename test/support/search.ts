import { expect } from 'vitest';
import type { SearchFilters } from '../../src/store/search/port.ts';
import type { TestServer } from './server.ts';

/** The filters of a search for all items that the caller may read. */
export const NO_FILTERS: SearchFilters = {
  conversationId: undefined,
  owner: undefined,
  metadata: [],
  types: [],
  roles: [],
  createdFrom: undefined,
  createdUntil: undefined,
};

export interface SearchResult {
  readonly conversation_id: string;
  readonly item_id: string;
  readonly type: string;
  readonly role: string | null;
  readonly position: number;
  readonly created_at: number;
  readonly score: number | null;
  readonly snippet: {
    readonly text: string;
    readonly highlights: readonly (readonly [number, number])[];
  };
  readonly item?: { readonly id: string };
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface SearchAnswer {
  readonly search_query: readonly string[];
  readonly data: readonly SearchResult[];
  readonly has_more: boolean;
  readonly next_page: string | null;
  readonly complete: boolean;
  readonly error?: {
    readonly code: string;
    readonly param: string | null;
    readonly message: string;
  };
}

export const SEARCH = '/v1/conversations/search';

/** Sends a search as it is, and returns the status with the answer. */
export async function postSearch(
  server: Pick<TestServer, 'request'>,
  body: unknown,
): Promise<{ readonly status: number; readonly body: SearchAnswer }> {
  const { status, body: answer } = await server.request(SEARCH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // Sound: the answer was checked against the document.
  return { status, body: answer as SearchAnswer };
}

/** Searches, and returns the answer, for which nothing may wait. */
export async function search(
  server: Pick<TestServer, 'request'>,
  query: string,
  more: object = {},
): Promise<SearchAnswer> {
  const { status, body } = await postSearch(server, { query, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.complete, 'the index must have all items').toBe(true);
  return body;
}

/** Returns the parts of a snippet that are highlighted. */
export function highlighted({ snippet: { text, highlights } }: SearchResult): readonly string[] {
  const characters = Array.from(text);
  return highlights.map(([start, end]) => characters.slice(start, end).join(''));
}

export const message = (role: 'user' | 'assistant', text: string) =>
  ({ type: 'message', role, content: text }) as const;
