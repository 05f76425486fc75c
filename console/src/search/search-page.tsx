import { signal } from '@preact/signals';
import { call } from '../api/client.ts';
import type { SearchPage as Results, SearchResult } from '../api/objects.ts';
import { FilterChips } from '../conversations/filter-chips.tsx';
import { More } from '../conversations/more.tsx';
import { parseQuery } from '../conversations/query.ts';
import { useRowKeys } from '../conversations/row-keys.ts';
import { Skeleton } from '../conversations/empty.tsx';
import { usePages } from '../conversations/use-pages.ts';
import { Failure } from '../look/failure.tsx';
import { useTitle } from '../look/title.ts';
import type { View } from '../place.ts';
import { ItemFilters, QueryHelp } from './search-tools.tsx';
import { searchBody, unusedFilters } from './request.ts';
import { FlatResults, GroupedResults } from './results.tsx';

/** Set when the last answer lacked items that wait for the index. */
const isIncomplete = signal(false);

/** Items that have the words of the bar, the newest first, each with its place in its conversation. */
export function SearchPage({ query, view }: { readonly query: string; readonly view: View }) {
  const parsed = parseQuery(query);
  const { words, id, problems } = parsed;
  const { group, ...asked } = view;
  const pages = usePages<SearchResult>(JSON.stringify([query, asked]), async (page, abort) => {
    const body = searchBody(parsed, page, asked);
    const options = { method: 'POST', body, signal: abort } as const;
    const answer = await call<Results>('conversations/search', options);
    isIncomplete.value = !answer.complete;
    return {
      data: answer.data,
      next: answer.has_more ? (answer.next_page ?? undefined) : undefined,
    };
  });
  useRowKeys();
  useTitle('Search');
  const results = pages.entries.value;
  const failure = pages.failure.value;
  const unused = unusedFilters(parsed);
  // A page may be empty, and yet have others behind it.
  const isEnd = !pages.isLoading.value && !pages.hasMore.value && failure === undefined;
  return (
    <main id="main" class="list" tabIndex={-1} aria-busy={pages.isLoading.value}>
      <div class="list-head">
        <h1 id="title" tabIndex={-1}>
          Found <span class="quiet">{id ?? words}</span>
        </h1>
        <FilterChips query={query} page={words === '' ? 'conversations' : 'search'} view={view} />
      </div>
      <ItemFilters query={query} view={view} />
      {unused.length > 0 && (
        <p class="note">A search does not take: {unused.map(({ label }) => label).join(', ')}.</p>
      )}
      {isIncomplete.value && (
        <p class="note">
          The index is catching up: some stored items are not in it yet, the newest first among
          them.{' '}
          <button type="button" class="plain" onClick={() => void pages.reload()}>
            Search again
          </button>
        </p>
      )}
      {group === 'conversation' ? (
        <GroupedResults results={results} words={words} />
      ) : (
        <FlatResults results={results} words={words} />
      )}
      {results.length === 0 && pages.isLoading.value && <Skeleton />}
      {results.length === 0 && isEnd && (
        <div class="state">
          <h2>{id === undefined ? 'Nothing found' : nothingHas(id)}</h2>
          {problems.length > 0 && <p>{problems.join(' ')}</p>}
          <QueryHelp />
        </div>
      )}
      {failure?.status === 400 && (
        <div class="state" role="alert">
          <h2>The search cannot look for this</h2>
          <p>{failure.message}</p>
          <QueryHelp />
        </div>
      )}
      {failure !== undefined && failure.status !== 400 && (
        <Failure
          failure={failure}
          absent="This server does not search: it runs with the search off."
          again={() => void pages.more()}
        />
      )}
      {(results.length > 0 || pages.hasMore.value) && <More pages={pages} noun="item" />}
    </main>
  );
}

function nothingHas(id: string): string {
  return id.startsWith('resp_')
    ? 'No response has this id, or it has no conversation'
    : 'No item has this id';
}
