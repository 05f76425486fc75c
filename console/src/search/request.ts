import type { Filter, Query } from '../conversations/query.ts';

const PAGE = 20;

/** Returns the body of a search for the text of the bar. */
export function searchBody(
  { id, words, filters }: Query,
  page: string | undefined,
  { sort, role, type, in: conversation }: Readonly<Record<string, string>> = {},
) {
  const pairs = filters.flatMap(({ pair }) => (pair === undefined ? [] : [pair]));
  const owner = filters.find((filter) => filter.owner !== undefined)?.owner;
  const times = filters.flatMap(timesOf);
  return {
    query: id ?? words,
    limit: PAGE,
    include: ['metadata'],
    ...(sort === 'relevance' && { sort }),
    filters: {
      ...(pairs.length > 0 && { metadata: Object.fromEntries(pairs) }),
      ...(owner !== undefined && { owner }),
      ...(role !== undefined && { role: [role] }),
      ...(type !== undefined && { type: [type] }),
      ...(conversation !== undefined && { conversation_id: conversation }),
      ...Object.fromEntries(times),
    },
    ...(page !== undefined && { page }),
  };
}

/** Returns the filters of the bar that a search does not have. */
export function unusedFilters({ filters }: Query): readonly Filter[] {
  return filters.filter(
    (filter) =>
      filter.pair === undefined && filter.owner === undefined && timesOf(filter).length === 0,
  );
}

function timesOf({ parameters }: Filter): readonly (readonly [string, number])[] {
  return parameters
    .filter(([name]) => name.startsWith('created_'))
    .map(([name, value]) => [name, Number(value)] as const);
}
