import { echo, invalidRequest } from './definition.ts';
import type { Excess } from './values.ts';

/** Errors of searches. */
export const SEARCH_ERRORS = {
  no_search_words: invalidRequest({
    status: 400,
    code: 'missing_required_parameter',
    message: () =>
      "Missing words in 'query'. Expected at least one word to search for: excluded words alone find nothing.",
    param: () => 'query',
    cause:
      'The query has no letters and digits, or all its words have a minus sign before them, which excludes items and finds none.',
    fix: 'Search for at least one word, and exclude others from what it finds.',
  }),
  too_many_search_words: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: Omit<Excess, 'param'>) =>
      `Invalid 'query': too many words. Expected at most ${d.limit}, but got ${d.found} instead.`,
    param: () => 'query',
    cause:
      'The query has too many words. Two characters of a script without spaces between words count as one.',
    fix: 'Search for fewer words.',
  }),
  short_search_prefix: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { value: string; limit: number }) =>
      `Invalid 'query': '${echo(d.value)}'. Expected at least ${d.limit} characters in the word before '*'.`,
    param: () => 'query',
    cause: 'Too many words begin with so few characters.',
    fix: 'Give more of the beginning, or the whole word without `*`.',
  }),
  wrong_search_page: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: () => "Invalid 'page'. Expected 'next_page' of the answer to the same search.",
    param: () => 'page',
    cause: 'The page is not one that the server gave out, or belongs to another search.',
    fix: 'Send the same query, filters and sort as for the page before, or begin without `page`.',
  }),
};
