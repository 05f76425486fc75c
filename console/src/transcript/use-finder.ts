import { useEffect, useMemo } from 'preact/hooks';
import { hasSearch } from '../api/session.ts';
import { noteInAddress, place } from '../place.ts';
import { Finder } from './finder.ts';
import type { ItemWindow } from './item-window.ts';

/** Pause in typing after which the words are in the address. */
const REST_MS = 400;

/** Returns the finder of a conversation. It starts with the words of the address, and notes typed words there. */
export function useFinder(items: ItemWindow): Finder {
  const finder = useMemo(() => new Finder(items, hasSearch), [items]);
  const at = place.value;
  const canSearch = hasSearch();
  useEffect(() => {
    // Depend on the whole place: a second click on the same link leads there again.
    if (at.page === 'conversation' && at.find !== undefined) finder.look(at.find, at.item);
  }, [finder, at]);
  useEffect(() => {
    // What the server can do may be known after the words.
    finder.search();
    return () => finder.stop();
  }, [finder, canSearch]);
  const query = finder.query.value;
  useEffect(() => {
    const timer = setTimeout(() => noteInAddress(items.conversation, { find: query }), REST_MS);
    return () => clearTimeout(timer);
    // A link within the conversation may have no words.
  }, [query, at]);
  return finder;
}
