import { effect, signal } from '@preact/signals';

/** A page with its state, as the fragment of the address has it. A fragment is never sent to a server. */
export type Place =
  | {
      readonly page: PageName;
      /** The text of the bar. */
      readonly query: string;
      /** How the page shows it, such as its order. */
      readonly view?: View;
    }
  | { readonly page: 'conversation'; readonly id: string; readonly item: string | undefined }
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
    return { page, left: parameters.get('left') ?? '', right: parameters.get('right') ?? '' };
  }
  if (page === 'conversations' && id !== undefined && id !== '') {
    return { page: 'conversation', id, item: parameters.get('item') ?? undefined };
  }
  const view = Object.fromEntries([...parameters].filter(([name]) => name !== 'q'));
  return { page: PAGES.find((name) => name === page) ?? 'conversations', query: text, view };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the fragment of a place. */
export function fragmentOf(to: Place): string {
  if (to.page === 'conversation') {
    const item = to.item === undefined ? '' : `?item=${encodeURIComponent(to.item)}`;
    return `#/conversations/${encodeURIComponent(to.id)}${item}`;
  }
  if (to.page === 'compare') {
    return `#/compare?${new URLSearchParams({ left: to.left, right: to.right })}`;
  }
  const parameters = Object.entries({ q: to.query, ...to.view }).filter(
    ([, value]) => value !== '',
  );
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `#/${to.page}${query === '' ? '' : `?${query}`}`;
}

/** Shows a place, which Back leaves again. */
export function go(to: Place): void {
  location.hash = fragmentOf(to);
}

/** Puts the item at which the reader is into the address, without showing the page anew. */
export function noteItem(id: string, item: string | undefined): void {
  history.replaceState(null, '', fragmentOf({ page: 'conversation', id, item }));
}
