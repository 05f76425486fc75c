import { useState } from 'preact/hooks';
import { asFailure, call } from '../api/client.ts';
import type { Conversation, Page } from '../api/objects.ts';
import { hasSignIn, mayDelete, trashDays } from '../api/session.ts';
import {
  EraseLink,
  MayNotRead,
  mayNotRead,
  NothingFits,
  Skeleton,
} from '../conversations/empty.tsx';
import { FilterChips } from '../conversations/filter-chips.tsx';
import { More } from '../conversations/more.tsx';
import { parseQuery } from '../conversations/query.ts';
import { Owner, Pairs } from '../conversations/row-parts.tsx';
import { noteSeen } from '../conversations/seen.ts';
import { titleOf } from '../conversations/title.ts';
import { usePages } from '../conversations/use-pages.ts';
import { ConfirmedButton } from '../look/confirm.tsx';
import { Failure } from '../look/failure.tsx';
import { notify } from '../look/notice.tsx';
import { useTitle } from '../look/title.ts';
import { ItemCount } from '../conversations/item-count.tsx';
import { Time, timeUntil } from '../text/time.tsx';
import { deleteForGood, restoreConversation } from './deletion.ts';

const PARAMETERS = [
  ['deleted', 'true'],
  ['limit', '50'],
  ['include[]', 'item_count'],
  ['include[]', 'owner'],
];

/** The deleted conversations that may be restored, those that fit the filters of the bar. */
export function TrashPage({ query }: { readonly query: string }) {
  const { filters } = parseQuery(query);
  const pages = usePages<Conversation>(query, async (after, signal) => {
    const parameters = new URLSearchParams([
      ...filters.flatMap((filter) => filter.parameters.map(([name, value]) => [name, value])),
      ...PARAMETERS,
      ...(after === undefined ? [] : [['after', after]]),
    ]);
    const page = await call<Page<Conversation>>(`conversations?${parameters}`, { signal });
    noteSeen(page.data);
    return { data: page.data, next: page.has_more ? (page.last_id ?? undefined) : undefined };
  });
  useTitle('Trash');
  const rows = pages.entries.value;
  const failure = pages.failure.value;
  const hasOwner = hasSignIn();
  const isEmpty = rows.length === 0 && !pages.isLoading.value && failure === undefined;
  const leave = (id: string): void => {
    const index = rows.findIndex((entry) => entry.id === id);
    pages.remove((entry) => entry.id === id);
    focusRow(index);
  };
  return (
    <main id="main" class="list" tabIndex={-1} aria-busy={pages.isLoading.value}>
      <div class="list-head">
        <h1 id="title" tabIndex={-1}>
          Trash
        </h1>
        <FilterChips query={query} page="trash" />
      </div>
      <p class="lead quiet">
        Deleted conversations stay here for {trashDays()} days. Nobody can read them until they are
        restored.
      </p>
      {rows.length > 0 && (
        <table class="conversations trash">
          <thead>
            <tr>
              <th scope="col">Conversation</th>
              <th scope="col" class="number">
                Items
              </th>
              {hasOwner && (
                <th scope="col" class="owner">
                  Owner
                </th>
              )}
              <th scope="col" class="when">
                Deleted
              </th>
              <th scope="col" class="when">
                Gone for good
              </th>
              <th scope="col" class="acts">
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((conversation) => (
              <TrashedRow
                key={conversation.id}
                conversation={conversation}
                query={query}
                hasOwner={hasOwner}
                leave={() => leave(conversation.id)}
              />
            ))}
          </tbody>
        </table>
      )}
      {rows.length === 0 && pages.isLoading.value && <Skeleton />}
      {isEmpty && <Empty hasFilters={filters.length > 0} />}
      {failure !== undefined && <Failure failure={failure} again={() => void pages.more()} />}
      {rows.length > 0 && <More pages={pages} noun="conversation" />}
    </main>
  );
}

/** Moves the focus from a removed row to the next one, or to the heading. */
function focusRow(index: number): void {
  requestAnimationFrame(() => {
    const rows = [...document.querySelectorAll('.trash tbody tr')];
    const next = rows[Math.min(index, rows.length - 1)]?.querySelector('button');
    (next ?? document.getElementById('title'))?.focus();
  });
}

function Empty({ hasFilters }: { readonly hasFilters: boolean }) {
  if (mayNotRead()) return <MayNotRead />;
  return hasFilters ? <NothingFits /> : <EmptyTrash />;
}

function EmptyTrash() {
  const hasOthers = hasSignIn();
  return (
    <div class="state">
      <h2>{hasOthers ? 'The trash has nothing that you may restore' : 'The trash is empty'}</h2>
      <p>
        {trashDays() > 0
          ? 'What you delete in the list, or in a conversation, comes here.'
          : 'This server has no trash for you: a deletion deletes. An operator can give it one with retention: trash_days.'}
      </p>
      {hasOthers && mayDelete() && (
        <p>
          What others have deleted is erased without reading it: <EraseLink />.
        </p>
      )}
    </div>
  );
}

function TrashedRow({
  conversation,
  query,
  hasOwner,
  leave,
}: {
  readonly conversation: Conversation;
  readonly query: string;
  readonly hasOwner: boolean;
  readonly leave: () => void;
}) {
  const { id, owner, item_count, deleted_at, purge_at } = conversation;
  const { text, isId } = titleOf(conversation);
  const [isBusy, setBusy] = useState(false);
  const restore = async (): Promise<void> => {
    setBusy(true);
    try {
      await restoreConversation(id);
      leave();
      notify({ text: `“${text}” is back.` });
    } catch (error) {
      setBusy(false);
      notify({ text: asFailure(error).message });
    }
  };
  return (
    <tr>
      <td>
        <div class="row-line">
          <span class={isId ? 'row-title id' : 'row-title'} title={id} dir="auto">
            {text}
          </span>
          <span class="pairs">
            <Pairs conversation={conversation} page="trash" query={query} />
          </span>
        </div>
      </td>
      <ItemCount value={item_count} />
      {hasOwner && <Owner name={owner} />}
      <td class="when">
        <span class="unit">deleted </span>
        {deleted_at !== undefined && <Time at={deleted_at} />}
      </td>
      <td class="when">
        <span class="unit">gone </span>
        {purge_at !== undefined && timeUntil(purge_at)}
      </td>
      <td class="acts">
        <button
          type="button"
          disabled={isBusy}
          aria-label={`Restore ${text}`}
          onClick={() => void restore()}
        >
          Restore
        </button>
        <ConfirmedButton
          name="Delete"
          question={`Delete “${text}” for good?`}
          consequence="Nobody can bring it back then."
          act={async () => {
            await deleteForGood(id);
            leave();
          }}
        />
      </td>
    </tr>
  );
}
