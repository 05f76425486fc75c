import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { Entry } from '../items/entry.ts';

export type Rows = Virtualizer<HTMLElement, HTMLElement>;

const OVERSCAN = 6;
/** Sizes of rows that are not in the window any more, of which this many are remembered. */
const MOST_SIZES = 5000;

interface RowsOptions {
  readonly entries: readonly Entry[];
  /** Changes when the rows have other places, or other heights, than before: the list begins anew. */
  readonly layout: string;
  /** Pixels of a row that is not measured yet. */
  readonly usualHeight: number;
  /** Item to begin with; `undefined` for the end. */
  readonly target: string | undefined;
  /** Items whose rows stay in the document: the one that has the focus, and one that plays. */
  readonly kept: readonly (string | undefined)[];
}

/** Returns the virtual list of a window's rows, which are measured, and anchored by their ids. */
export function useVirtualRows(
  scroller: RefObject<HTMLElement | null>,
  { entries, layout, usualHeight, target, kept }: RowsOptions,
): Rows {
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  const made = useRef<{ readonly layout: string; readonly rows: Rows } | undefined>(undefined);
  const keptIndexes = kept.flatMap((id) => {
    const index = id === undefined ? -1 : entries.findIndex((entry) => entry.id === id);
    return index === -1 ? [] : [index];
  });
  const options = {
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => usualHeight,
    getItemKey: (index: number) => entries[index]?.id ?? index,
    overscan: OVERSCAN,
    anchorTo: 'end' as const,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const shown = defaultRangeExtractor(range);
      const others = keptIndexes.filter((index) => !shown.includes(index));
      return others.length === 0
        ? shown
        : [...new Set([...shown, ...others])].toSorted((left, right) => left - right);
    },
  };
  if (made.current?.layout !== layout) {
    const index = entries.findIndex(({ id }) => id === target);
    const { clientWidth: width = 0, clientHeight: height = 0 } = scroller.current ?? {};
    const rows = new Virtualizer<HTMLElement, HTMLElement>({
      ...options,
      initialRect: { width, height },
      initialOffset: Math.max(
        0,
        index === -1 ? entries.length * usualHeight - height : index * usualHeight,
      ),
    });
    rows.shouldAdjustScrollPositionOnItemSizeChange = isAbove;
    made.current = { layout, rows };
  }
  const { rows } = made.current;
  rows.setOptions(options);
  if (rows.itemSizeCache.size > entries.length + MOST_SIZES) forgetSizes(rows, entries);
  // In the same frame as the next list begins: two of them would scroll against each other.
  useLayoutEffect(() => rows._didMount(), [rows]);
  useLayoutEffect(() => rows._willUpdate());
  return rows;
}

/**
 * Tells whether a row's new height moves what is on the screen. Rows above do, also while the reader scrolls up: after the
 * window has become narrower, all rows above have another height than was measured.
 */
function isAbove(
  { key, start, end }: { readonly key: unknown; readonly start: number; readonly end: number },
  _change: number,
  rows: Rows,
): boolean {
  const top = rows.scrollOffset ?? 0;
  return rows.itemSizeCache.has(key as string) ? end <= top : start < top;
}

function forgetSizes(rows: Rows, entries: readonly Entry[]): void {
  const here = new Set<unknown>(entries.map(({ id }) => id));
  for (const key of rows.itemSizeCache.keys()) if (!here.has(key)) rows.itemSizeCache.delete(key);
}
