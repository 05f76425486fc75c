import { effect, signal } from '@preact/signals';
import { decoded } from './text/decoded.ts';

/** A page with its state, as the fragment of the address has it. A fragment is never sent to a server. */
export type Place =
  | {
      readonly page: PageName;
      /** The text of the bar. */
      readonly query: string;
      /** How the page shows it, such as its order. */
      readonly view?: View;
    }
  | {
      readonly page: 'conversation';
      readonly id: string;
      readonly item: string | undefined;
      /** Words to find in it. */
      readonly find?: string | undefined;
    }
  | { readonly page: 'compare'; readonly left: string; readonly right: string };

const PAGES = ['conversations', 'search', 'erase', 'trash', 'server'] as const;
export type PageName = (typeof PAGES)[number];

/** Choices of a page by their names in the address. One that is left out has its usual value. */
export type View = Readonly<Record<string, string>>;

/** The page that is shown. */
export const place = signal<Place>(placeOf(location.hash));

addEventListener('hashchange', () => {
  place.value = placeOf(location.hash);
});

/** The list of conversations or of results that was shown last; the whole list before any. */
export const lastList = signal<Place & { readonly query: string }>({
  page: 'conversations',
  query: '',
});

effect(() => {
  const at = place.value;
  if (at.page === 'conversations' || at.page === 'search') lastList.value = at;
});

/** Forgets the list that was shown last, with the words that were looked for. */
export function forgetLastList(): void {
  lastList.value = { page: 'conversations', query: '' };
}

/** Returns the place that a fragment names; the list for one that names none. */
function placeOf(fragment: string): Place {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(query);
  const [page, id] = path.split('/').map(decoded);
  const text = parameters.get('q') ?? '';
  if (page === 'compare') {
    const [left, right] = [parameters.get('left') ?? '', parameters.get('right') ?? ''];
    if (isId(left) && isId(right)) return { page, left, right };
  }
  if (page === 'conversations' && isId(id)) {
    const [item, find] = ['item', 'find'].map((name) => parameters.get(name) ?? undefined);
    return { page: 'conversation', id, item, find };
  }
  const view = Object.fromEntries([...parameters].filter(([name]) => name !== 'q'));
  return { page: PAGES.find((name) => name === page) ?? 'conversations', query: text, view };
}

/** Checks for what may be an id. Browsers take dots for folders of the path. */
function isId(id: string | undefined): id is string {
  return id !== undefined && !['', '.', '..'].includes(id);
}

/** Returns the fragment of a place. */
export function fragmentOf(to: Place): string {
  if (to.page === 'conversation') {
    const { id, item, find } = to;
    return `#/conversations/${encodeURIComponent(id)}${asQuery({ item, find })}`;
  }
  if (to.page === 'compare') {
    return `#/compare?${new URLSearchParams({ left: to.left, right: to.right })}`;
  }
  return `#/${to.page}${asQuery({ q: to.query, ...to.view })}`;
}

function asQuery(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = Object.entries(parameters).flatMap(([name, value = '']) =>
    value === '' ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return query.length === 0 ? '' : `?${query.join('&')}`;
}

/** Shows a place, which Back leaves again. */
export function go(to: Place): void {
  location.hash = fragmentOf(to);
}

/** Puts the item at which the reader is, or the words to find, into the address, without showing the page anew. */
export function noteInAddress(
  id: string,
  noted: { readonly item: string | undefined } | { readonly find: string },
): void {
  // The reader may be on the way to another page, which is not drawn yet.
  const now = placeOf(location.hash);
  if (now.page !== 'conversation' || now.id !== id) return;
  history.replaceState(null, '', fragmentOf({ ...now, ...noted }));
}
