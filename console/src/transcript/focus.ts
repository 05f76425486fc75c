import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ItemWindow } from './item-window.ts';

/** Puts the focus on the row of an item, or on the list where there is none. */
export function focusRow(id: string | undefined, scroller: RefObject<HTMLElement | null>): void {
  const row = id === undefined ? null : document.getElementById(`item-${id}`);
  // In a low window, the page itself scrolls.
  scroller.current?.scrollIntoView({ block: 'nearest' });
  (row ?? scroller.current)?.focus({ preventScroll: true });
}

/**
 * Keeps the focus in the list when the row that has it is taken away: it goes to the item that the reader is at then. The
 * result tells whether the focus is in the list.
 */
export function useKeptFocus(
  items: ItemWindow,
  scroller: RefObject<HTMLElement | null>,
): RefObject<boolean> {
  const isWithin = useRef(false);
  useEffect(() => {
    const note = ({ target }: Event): void => {
      isWithin.current = target instanceof Node && scroller.current?.contains(target) === true;
    };
    document.addEventListener('focusin', note);
    document.addEventListener('pointerdown', note);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', note);
    };
  }, []);
  useLayoutEffect(() => {
    if (!isWithin.current || document.activeElement !== document.body) return;
    focusRow(items.current.value, scroller);
  });
  return isWithin;
}
