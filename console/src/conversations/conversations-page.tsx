import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Failure } from '../look/failure.tsx';
import { useTitle } from '../look/title.ts';
import type { View } from '../place.ts';
import { FilterChips } from './filter-chips.tsx';
import { MOST_NEWER, type ConversationList } from './conversation-list.ts';
import { MayNotRead, mayNotRead, NoConversations, NothingFits, Skeleton } from './empty.tsx';
import { useConversationList } from './kept-list.ts';
import { ListTable } from './list-table.tsx';
import { ListTools } from './list-tools.tsx';
import { More } from './more.tsx';
import { parseQuery } from './query.ts';

/** The conversations that the caller may read, those with the latest activity first. */
export function ConversationsPage({
  query,
  view,
}: {
  readonly query: string;
  readonly view: View;
}) {
  const scroller = useRef<HTMLElement>(null);
  const parsed = parseQuery(query);
  const sort = view['sort'] === 'created' ? 'created_at' : 'last_item_at';
  const parameters = parsed.filters.flatMap((filter) => filter.parameters);
  const list = useConversationList({ parameters, sort });
  useTitle('Conversations');
  useScrollMemory(list, scroller);
  const { pages } = list;
  const number = pages.entries.value.length;
  const failure = pages.failure.value;
  const isEmpty = number === 0 && !pages.isLoading.value && failure === undefined;
  return (
    <main
      id="main"
      ref={scroller}
      class="list"
      tabIndex={-1}
      aria-busy={pages.isLoading.value && number === 0}
    >
      <Newer list={list} scroller={scroller} />
      <div class="list-head">
        <h1 id="title" tabIndex={-1}>
          Conversations
        </h1>
        <FilterChips query={query} page="conversations" view={view} />
      </div>
      {number > 0 && <ListTools list={list} parsed={parsed} query={query} sort={sort} />}
      {number > 0 && (
        <ListTable list={list} scroller={scroller} query={query} view={view} sort={sort} />
      )}
      {number === 0 && pages.isLoading.value && <Skeleton />}
      {isEmpty && <Empty hasFilters={parsed.filters.length > 0} />}
      {failure !== undefined && (
        <Failure
          failure={failure}
          again={() => void (number === 0 ? pages.reload() : pages.more())}
        />
      )}
      {number > 0 && <More pages={pages} noun="conversation" />}
    </main>
  );
}

function Empty({ hasFilters }: { readonly hasFilters: boolean }) {
  if (mayNotRead()) return <MayNotRead />;
  return hasFilters ? <NothingFits /> : <NoConversations />;
}

/** Offers what has come in front of the list. It is never put there behind the reader's back. */
function Newer({
  list,
  scroller,
}: {
  readonly list: ConversationList;
  readonly scroller: { readonly current: HTMLElement | null };
}) {
  const number = list.newer.value;
  const show = async (): Promise<void> => {
    await list.refresh();
    scroller.current?.scrollTo(0, 0);
    document.getElementById('title')?.focus({ preventScroll: true });
  };
  return (
    <div class="newer" role="status">
      {number > 0 && (
        <button type="button" onClick={() => void show()}>
          {number > MOST_NEWER ? `More than ${MOST_NEWER}` : number} newer ↑
        </button>
      )}
    </div>
  );
}

/** Brings the reader back to where the list was left, and looks for what is newer when they come to its top. */
function useScrollMemory(
  list: ConversationList,
  scroller: { readonly current: HTMLElement | null },
): void {
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = list.scrollTop;
  }, [list]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const remember = (): void => {
      const isBackAtTop = element.scrollTop === 0 && list.scrollTop > 0;
      list.scrollTop = element.scrollTop;
      if (isBackAtTop) void list.look();
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [list]);
}
