import { useEffect, useRef } from 'preact/hooks';
import { hasSearch } from '../api/session.ts';
import { Icon } from '../look/icons.tsx';
import { useKeys } from '../look/keys.ts';
import { count } from '../text/numbers.ts';
import type { Finder } from './finder.ts';
import type { ItemWindow } from './item-window.ts';
import { MOST_MARKS } from './marks.ts';

/** Looks for words in the conversation, and leads from hit to hit. */
export function FindBar({
  finder,
  items,
  from,
  leave,
}: {
  readonly finder: Finder;
  readonly items: ItemWindow;
  /** Position of the first row on the screen. */
  readonly from: number;
  /** Gives the focus back. */
  readonly leave: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ f: () => field.current?.focus() });
  const query = finder.query.value;
  useEffect(() => {
    // More may have been typed since.
    if (field.current !== null) field.current.value = finder.query.peek();
  }, [query]);
  const step = (by: 1 | -1): void => void finder.step(by, from);
  const hits = finder.hits.value;
  const isUsed = finder.terms.value.length > 0;
  return (
    <form
      class="find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        step(1);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.shiftKey) {
          event.preventDefault();
          step(-1);
        }
        if (event.key !== 'Escape') return;
        finder.look('');
        leave();
      }}
    >
      <span class="find-field">
        <Icon name="search" />
        <input
          ref={field}
          type="text"
          title="f"
          aria-label="Find in this conversation"
          placeholder={hasSearch() ? 'Find in this' : 'Find in what is loaded'}
          autocomplete="off"
          onInput={(event) => finder.look(event.currentTarget.value)}
        />
      </span>
      <span role="status">{isUsed && <Told finder={finder} items={items} />}</span>
      {isUsed && (
        <>
          <button
            type="button"
            class="plain"
            aria-label="Previous hit"
            title="Shift Enter"
            disabled={hits.length === 0}
            onClick={() => step(-1)}
          >
            ↑
          </button>
          <button
            type="submit"
            class="plain"
            aria-label="Next hit"
            title="Enter"
            disabled={hits.length === 0}
          >
            ↓
          </button>
        </>
      )}
    </form>
  );
}

/** The status of the search. Its element is there before its text, so that screen readers announce it. */
function Told({ finder, items }: { readonly finder: Finder; readonly items: ItemWindow }) {
  return (
    <>
      <span class="quiet hits">{hitsText(finder, items)}</span>
      {finder.hasMoreMarks.value && (
        <span class="quiet hits"> first {count(MOST_MARKS)} here marked</span>
      )}
      {finder.problem.value !== '' && <span class="problem"> {finder.problem.value}</span>}
    </>
  );
}

function hitsText(finder: Finder, items: ItemWindow): string {
  const hits = finder.hits.value;
  const index = hits.findIndex(({ id }) => id === finder.at.value);
  const all = `${count(hits.length)}${finder.hasMore.value ? '+' : ''}`;
  const found = index === -1 ? `${all} found` : `${count(index + 1)} of ${all}`;
  if (finder.isSearching.value) return `${found}…`;
  return hasSearch() ? found : `${found} in the ${count(items.entries.value.length)} loaded items`;
}
