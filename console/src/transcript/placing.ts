import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { noteInAddress } from '../place.ts';
import { focusRow } from './focus.ts';
import type { ItemWindow } from './item-window.ts';
import type { Rows } from './use-virtual-rows.ts';

/** Rows left in the window when the next page is asked for. */
const ROWS_AHEAD = 25;
/** Frames in which the first rows are measured and placed. */
const PLACING_FRAMES = 3;
const REST_MS = 400;
/** Pixels of a row above the screen that leave it the first one. */
const ROW_TOLERANCE = 8;

/** Scrolls to where the window was opened. The result tells whether that is done. */
export function usePlacing(
  items: ItemWindow,
  rows: Rows,
  scroller: RefObject<HTMLElement | null>,
  hasFocus: RefObject<boolean>,
): boolean {
  // The placing that is done.
  const [placed, setPlaced] = useState(0);
  const placing = items.placing.value;
  useLayoutEffect(() => {
    if (placing === 0) return undefined;
    const entries = items.entries.value;
    const index = entries.findIndex(({ id }) => id === items.target);
    if (index === -1) rows.scrollToIndex(entries.length - 1, { align: 'end' });
    else rows.scrollToIndex(index, { align: 'start' });
    let frames = 0;
    let frame = requestAnimationFrame(function next() {
      frames += 1;
      if (frames < PLACING_FRAMES) frame = requestAnimationFrame(next);
      else {
        setPlaced(placing);
        if (hasFocus.current) focusRow(items.current.value, scroller);
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [placing, rows]);
  return placing > 0 && placed === placing;
}

/** Loads what is near the rows on the screen. Not before they are placed: rows in front would move the place. */
export function useLoading(items: ItemWindow, rows: Rows, isPlaced: boolean): void {
  useEffect(() => {
    const { range } = rows;
    if (!isPlaced || range === null || items.failure.value !== undefined) return;
    if (range.startIndex < ROWS_AHEAD) void items.older();
    if (range.endIndex > items.entries.value.length - ROWS_AHEAD) void items.newer();
  });
}

/** Returns the id of the first row on the screen; `undefined` at the end of the conversation. */
export function topOf(items: ItemWindow, rows: Rows): string | undefined {
  const entries = items.entries.peek();
  if (!items.hasNewer && rows.range?.endIndex === entries.length - 1) return undefined;
  const top = rows.getVirtualItemForOffset((rows.scrollOffset ?? 0) + ROW_TOLERANCE);
  return top === undefined ? undefined : entries[top.index]?.id;
}

/** Puts the first row into the address when scrolling rests, so that Back returns to it; at the end, none. */
export function useResting(items: ItemWindow, rows: Rows, isPlaced: boolean): void {
  const first = topOf(items, rows);
  const placed = useRef<{ readonly first: string | undefined } | undefined>(undefined);
  useEffect(() => {
    if (!isPlaced) {
      placed.current = undefined;
      return undefined;
    }
    placed.current ??= { first };
    // The item of a link stays in the address until the reader moves, also where it is not the first row.
    const id = first === placed.current.first ? items.addressed : first;
    const timer = setTimeout(() => noteInAddress(items.conversation, { item: id }), REST_MS);
    return () => clearTimeout(timer);
  }, [items, first, isPlaced]);
}
