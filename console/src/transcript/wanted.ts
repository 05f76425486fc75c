import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Wanted } from '../text/kept.ts';
import { hasAnyOf, rangesOf } from '../text/words.ts';
import type { ItemWindow } from './item-window.ts';
import { rangeOf, textNodesIn, TEXTS } from './ranges.ts';

/** Characters of a text that are looked at together, and by how many they overlap. */
const PART = 20_000;
const OVERLAP = 1000;

/** Scrolls to what the reader has come for, where it is not on the screen: in a long row, or in a box that scrolls. */
export function useWanted(
  scroller: RefObject<HTMLElement | null>,
  items: ItemWindow,
  isPlaced: boolean,
): void {
  const shown = useRef<Wanted | undefined>(undefined);
  /** The last arrival without a match, and the length of the row's text at that time. */
  const lacking = useRef<readonly [Wanted, number] | undefined>(undefined);
  const wanted = items.wanted.value;
  const current = items.current.value;
  useEffect(() => {
    if (!isPlaced || wanted === undefined || shown.current === wanted) return;
    const row = document.getElementById(`item-${current}`);
    if (row === null || current !== items.rowOf(wanted.item)) return;
    const { length } = row.textContent;
    const [before, lengthBefore] = lacking.current ?? [];
    if (before === wanted && lengthBefore === length) return;
    const range = firstIn(row, wanted.terms);
    if (range === undefined) {
      // It may be loaded, or opened, later.
      lacking.current = [wanted, length];
      return;
    }
    shown.current = wanted;
    // The next frame measures the row and moves the others.
    requestAnimationFrame(() => requestAnimationFrame(() => show(range, scroller.current)));
  });
}

function show(range: Range, scroller: HTMLElement | null): void {
  for (let box = range.startContainer.parentElement; box !== null; box = box.parentElement) {
    const { top, bottom } = range.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    const isHidden = top < frame.top || bottom > frame.bottom;
    // Boxes that do not scroll ignore this.
    if (isHidden) box.scrollTop += top - frame.top - box.clientHeight / 3;
    if (box === scroller) return;
  }
}

/** Returns the first range of a row, wherever that is. */
function firstIn(row: Element, terms: readonly string[]): Range | undefined {
  for (const node of [...row.querySelectorAll(TEXTS)].flatMap(textNodesIn)) {
    for (let from = 0; from < node.length; from += PART) {
      const part = node.data.slice(from, from + PART + OVERLAP);
      const [found] = hasAnyOf(part, terms) ? rangesOf(part, terms) : [];
      if (found !== undefined) return rangeOf(node, from + found[0], from + found[1]);
    }
  }
  return undefined;
}
