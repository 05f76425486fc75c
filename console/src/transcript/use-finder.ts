import { useEffect, useMemo } from 'preact/hooks';
import { server } from '../api/session.ts';
import { noteInAddress, place } from '../place.ts';
import { Finder } from './finder.ts';
import type { ItemWindow } from './item-window.ts';

/** Pause in typing after which the words are in the address. */
const REST_MS = 400;

/** Checks whether the server finds words in items that are not loaded. */
export function searches(): boolean {
  return server.value?.features.includes('search') === true;
}

/** Returns what finds words in a conversation: those of the address, and then those that are typed, which it notes there. */
export function useFinder(items: ItemWindow): Finder {
  const finder = useMemo(() => new Finder(items, searches), [items]);
  const at = place.value;
  const canSearch = searches();
  useEffect(() => {
    // The whole place: a link to the same words leads to them again.
    if (at.page === 'conversation' && at.find !== undefined) finder.look(at.find, at.item);
  }, [finder, at, canSearch]);
  const query = finder.query.value;
  useEffect(() => {
    const timer = setTimeout(() => noteInAddress(items.conversation, { find: query }), REST_MS);
    return () => clearTimeout(timer);
  }, [query]);
  return finder;
}
