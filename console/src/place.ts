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

/** Counts the callers of this tab. An entry of its history that another one has left shows the list. */
const CALLERS = 'colloquy.callers';

function callers(): number {
  return Number(sessionStorage.getItem(CALLERS) ?? 0);
}

/** The fragment of the page that is shown. The address has another one while the reader is on the way. */
let shownFragment = location.hash;

/** The page that is shown. */
export const place = signal<Place>(arrive());

addEventListener('hashchange', () => {
  place.value = arrive();
});

/** Returns the place of the address, and notes whose it is. */
function arrive(): Place {
  // Sound: states of this tab's history are set below alone.
  const entry = history.state as { readonly caller?: number } | null;
  const isOfAnother = (entry?.caller ?? callers()) !== callers();
  const address = isOfAnother ? location.pathname : undefined;
  history.replaceState({ caller: callers() }, '', address);
  shownFragment = location.hash;
  return placeOf(location.hash);
}

/** Removes the place of the leaving caller from the address, and hides that caller's history from the next one. */
export function leavePlace(): void {
  sessionStorage.setItem(CALLERS, String(callers() + 1));
  place.value = arrive();
}

/** The list of conversations or of results that was shown last; the whole list before any. */
export const lastList = signal<Place & { readonly query: string }>({
  page: 'conversations',
  query: '',
});

effect(() => {
  const at = place.value;
  if (at.page === 'conversations' || at.page === 'search') lastList.value = at;
});

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

/** Returns a text that is the same for places on the same page: a list with another query, an item of the same conversation. */
export function identityOf(at: Place): string {
  if (at.page === 'conversation') return `${at.page} ${at.id}`;
  return at.page === 'compare' ? `${at.page} ${at.left} ${at.right}` : at.page;
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
  // The reader may be on the way to another page or item, which is not drawn yet.
  if (location.hash !== shownFragment) return;
  const now = placeOf(location.hash);
  if (now.page !== 'conversation' || now.id !== id) return;
  history.replaceState(history.state, '', fragmentOf({ ...now, ...noted }));
  shownFragment = location.hash;
}
