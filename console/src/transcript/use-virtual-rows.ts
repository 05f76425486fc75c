import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { Entry } from './entry.ts';

export type Rows = Virtualizer<HTMLElement, HTMLElement>;

const OVERSCAN = 6;
const USUAL_HEIGHT = 96;

/** Returns the virtual list of a window's rows, which are measured, and anchored by their ids. */
export function useVirtualRows(
  scroller: RefObject<HTMLElement | null>,
  entries: readonly Entry[],
  kept: string | undefined,
): Rows {
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  const rows = useRef<Rows | undefined>(undefined);
  const keptIndex = kept === undefined ? -1 : entries.findIndex(({ id }) => id === kept);
  const options = {
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => USUAL_HEIGHT,
    getItemKey: (index: number) => entries[index]?.id ?? index,
    overscan: OVERSCAN,
    anchorTo: 'end' as const,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
    // The row that has the focus stays mounted, or the focus would fall to the page.
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const shown = defaultRangeExtractor(range);
      if (keptIndex === -1 || shown.includes(keptIndex)) return shown;
      return [...shown, keptIndex].toSorted((left, right) => left - right);
    },
  };
  rows.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  rows.current.setOptions(options);
  const list = rows.current;
  useEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  return list;
}
