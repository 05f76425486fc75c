import { call } from '../api/client.ts';
import type { Conversation, Page } from '../api/objects.ts';
import { principal } from '../api/session.ts';
import { Failure } from '../look/failure.tsx';
import { useTitle } from '../look/title.ts';
import { FilterChips } from './filter-chips.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { NoConversations, NothingFits, Skeleton } from './empty.tsx';
import { More } from './more.tsx';
import { parseQuery } from './query.ts';
import { useRowKeys } from './row-keys.ts';
import { usePages } from './use-pages.ts';

const PAGE = 50;
const FIELDS = ['owner', 'item_count', 'last_item_at'];

/** The conversations that the caller may read, those with the latest activity first. */
export function ConversationsPage({ query }: { readonly query: string }) {
  const { filters } = parseQuery(query);
  const pages = usePages<Conversation>(query, async (after, signal) => {
    const parameters = new URLSearchParams([
      ['sort', 'last_item_at'],
      ['limit', String(PAGE)],
      ...FIELDS.map((field) => ['include[]', field]),
      ...filters.flatMap((filter) => filter.parameters.map(([name, value]) => [name, value])),
      ...(after === undefined ? [] : [['after', after]]),
    ]);
    const page = await call<Page<Conversation>>(`conversations?${parameters}`, { signal });
    return { data: page.data, next: page.has_more ? (page.last_id ?? undefined) : undefined };
  });
  useRowKeys();
  useTitle('Conversations');
  // A server without authentication has one owner.
  const hasOwner = principal.value !== undefined && principal.value.scheme !== null;
  const rows = pages.entries.value;
  const failure = pages.failure.value;
  const isEmpty = rows.length === 0 && !pages.isLoading.value && failure === undefined;
  return (
    <main id="main" class="list" tabIndex={-1} aria-busy={pages.isLoading.value}>
      <div class="list-head">
        <h1 id="title" tabIndex={-1}>
          Conversations
        </h1>
        <FilterChips query={query} page="conversations" />
      </div>
      {rows.length > 0 && (
        <table class="conversations">
          <thead>
            <tr>
              <th scope="col">Conversation</th>
              <th scope="col" class="number">
                Items
              </th>
              {hasOwner && <th scope="col">Owner</th>}
              <th scope="col" class="when">
                Last activity
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                query={query}
                hasOwner={hasOwner}
              />
            ))}
          </tbody>
        </table>
      )}
      {rows.length === 0 && pages.isLoading.value && <Skeleton />}
      {isEmpty && (filters.length === 0 ? <NoConversations /> : <NothingFits />)}
      {failure !== undefined && <Failure failure={failure} again={() => void pages.more()} />}
      {rows.length > 0 && <More pages={pages} noun="conversations" />}
    </main>
  );
}
