import { signal } from '@preact/signals';
import { call } from '../api/client.ts';
import type { SearchPage as Results, SearchResult } from '../api/objects.ts';
import { FilterChips } from '../conversations/filter-chips.tsx';
import { More } from '../conversations/more.tsx';
import { parseQuery } from '../conversations/query.ts';
import { useRowKeys } from '../conversations/row-keys.ts';
import { Skeleton } from '../conversations/empty.tsx';
import { titleOf } from '../conversations/title.ts';
import { usePages } from '../conversations/use-pages.ts';
import { Failure } from '../look/failure.tsx';
import { useTitle } from '../look/title.ts';
import { fragmentOf } from '../place.ts';
import { ordinal } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { Marked } from './marked.tsx';
import { searchBody, unusedFilters } from './request.ts';

/** Set when the last answer lacked items that wait for the index. */
const isIncomplete = signal(false);

/** Items that have the words of the bar, the newest first, each with its place in its conversation. */
export function SearchPage({ query }: { readonly query: string }) {
  const parsed = parseQuery(query);
  const { words, id, problems } = parsed;
  const pages = usePages<SearchResult>(query, async (page, signal) => {
    const body = searchBody(parsed, page);
    const answer = await call<Results>('conversations/search', { method: 'POST', body, signal });
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
        <FilterChips query={query} page={words === '' ? 'conversations' : 'search'} />
      </div>
      {unused.length > 0 && (
        <p class="note">A search does not take: {unused.map(({ label }) => label).join(', ')}.</p>
      )}
      {isIncomplete.value && (
        <p class="note">Some stored items are not in the index yet. Search again in a minute.</p>
      )}
      <ol class="results">
        {results.map((result) => (
          <ResultRow key={`${result.conversation_id} ${result.item_id}`} result={result} />
        ))}
      </ol>
      {results.length === 0 && pages.isLoading.value && <Skeleton />}
      {results.length === 0 && isEnd && (
        <div class="state">
          <h2>Nothing found</h2>
          <p>
            Words are matched whole, in any case: <code>deploy*</code> finds beginnings,{' '}
            <code>"helm rollback"</code> a phrase, <code>-dev</code> leaves a word out.
          </p>
          {problems.length > 0 && <p>{problems.join(' ')}</p>}
        </div>
      )}
      {failure !== undefined && (
        <Failure
          failure={failure}
          absent="This server does not search: it runs with the search off."
          again={() => void pages.more()}
        />
      )}
      {(results.length > 0 || pages.hasMore.value) && <More pages={pages} noun="items" />}
    </main>
  );
}

function ResultRow({ result }: { readonly result: SearchResult }) {
  const { conversation_id: id, item_id: item, type, role, position, created_at, snippet } = result;
  const { text, isId } = titleOf({ id, metadata: result.metadata ?? {} });
  return (
    <li>
      <p class="result-head">
        <a
          data-row
          class={isId ? 'row-title id' : 'row-title'}
          href={fragmentOf({ page: 'conversation', id, item })}
          dir="auto"
        >
          {text}
        </a>
        <span class="quiet">
          {role ?? type.replaceAll('_', ' ')} · {ordinal(position)} · <Time at={created_at} />
        </span>
      </p>
      {snippet !== null && (
        <p class="snippet" dir="auto">
          <Marked text={snippet.text} ranges={snippet.highlights} />
        </p>
      )}
    </li>
  );
}
