import { mayDelete } from '../api/session.ts';
import { ExportButton } from '../export/export-button.tsx';
import { chooseForErasure } from '../erasure/chosen.ts';
import { fragmentOf, go, type View } from '../place.ts';
import { DeleteMarked } from '../trash/delete-marked.tsx';
import { conversations } from '../text/numbers.ts';
import type { ConversationList, Sort } from './conversation-list.ts';
import type { Query } from './query.ts';
import { seenKeys } from './seen.ts';
import { chooseTitleKey, titleKey } from './title.ts';

/** Actions on what is marked, or else on what fits the filters; and how the list is shown. */
export function ListTools({
  list,
  parsed,
  query,
  sort,
}: {
  readonly list: ConversationList;
  readonly parsed: Query;
  readonly query: string;
  readonly sort: Sort;
}) {
  const marked = [...list.marked.value];
  if (marked.length > 0) return <MarkedTools list={list} marked={marked} />;
  const parameters = parsed.filters.flatMap((filter) => filter.parameters);
  const what =
    parsed.filters.length === 0
      ? 'all conversations that you may read'
      : `conversations where ${parsed.filters.map(({ label }) => label).join(', ')}`;
  const unread = parsed.problems.length === 0 ? '' : ', whatever else is in the bar';
  return (
    <div class="tools" role="group" aria-label="The list">
      <Order query={query} sort={sort} />
      <TitleKey />
      <span class="push" />
      <ExportButton
        name="Export…"
        parts={[parameters]}
        what={`${what}${unread}`}
        file={['conversations', ...parsed.filters.map(({ text }) => text)].join(' ')}
        trash={parameters}
      />
      {mayDelete() && parsed.filters.length > 0 && (
        <a class="button" href={fragmentOf({ page: 'erase', query })}>
          Erase…
        </a>
      )}
    </div>
  );
}

/** Ids that one part of an export takes. */
const IDS_AT_ONCE = 100;

function MarkedTools({
  list,
  marked,
}: {
  readonly list: ConversationList;
  readonly marked: readonly string[];
}) {
  const parts = Array.from({ length: Math.ceil(marked.length / IDS_AT_ONCE) }, (_, index) =>
    marked
      .slice(index * IDS_AT_ONCE, (index + 1) * IDS_AT_ONCE)
      .map((id) => ['conversation_id[]', id] as const),
  );
  const erase = (): void => {
    chooseForErasure(marked);
    go({ page: 'erase', query: '' });
  };
  return (
    <div class="tools marked" role="group" aria-label="What is marked">
      <strong role="status">{marked.length} marked</strong>
      <ExportButton
        name="Export…"
        parts={parts}
        what={`${conversations(marked.length)} that you have marked`}
        file="conversations"
      />
      {mayDelete() && (
        <>
          <DeleteMarked list={list} />
          <button type="button" onClick={erase}>
            Erase…
          </button>
        </>
      )}
      <button type="button" class="plain" onClick={() => list.mark([])}>
        Unmark all
      </button>
    </div>
  );
}

function Order({ query, sort }: { readonly query: string; readonly sort: Sort }) {
  const choose = (value: string): void => {
    const view: View = value === 'created_at' ? { sort: 'created' } : {};
    go({ page: 'conversations', query, view });
  };
  return (
    <label class="pick">
      Order{' '}
      <select value={sort} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="last_item_at">last activity</option>
        <option value="created_at">creation</option>
      </select>
    </label>
  );
}

function TitleKey() {
  const keys = [...new Set([...seenKeys(), titleKey.value])].filter((key) => key !== '');
  if (keys.length === 0) return null;
  return (
    <label class="pick">
      Named by{' '}
      <select
        value={titleKey.value}
        onChange={(event) => chooseTitleKey(event.currentTarget.value)}
      >
        <option value="">its title</option>
        {keys.map((key) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </select>
    </label>
  );
}
