import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Finder } from './finder.ts';
import { rangeOf, textNodesIn, TEXTS } from './ranges.ts';
import { rangesOf } from '../text/words.ts';

const FOUND = 'found';
/** Ranges that are marked at once. */
export const MOST_MARKS = 500;
/** Characters of a long text in which words are looked for, from the first one on the screen. */
const LOOKED_AT = 20_000;
/** Characters within which that first one is found, and those that are measured for it. */
const NEAR = 4000;
const MEASURED = 40;

interface Marked {
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
}

/**
 * Marks what was found in the texts on the screen. The browser paints the marks over them: nothing is put into the page.
 */
export function useMarks(scroller: RefObject<HTMLElement | null>, finder: Finder): void {
  const terms = finder.terms.value;
  useEffect(() => {
    const element = scroller.current;
    if (element === null || terms.length === 0 || !('highlights' in CSS)) return undefined;
    const known = new WeakMap<Node, Marked>();
    let frame = 0;
    const mark = (): void => {
      frame = 0;
      const ranges = rangesIn(element, terms, known);
      CSS.highlights.set(FOUND, new Highlight(...ranges.slice(0, MOST_MARKS)));
      finder.hasMoreMarks.value = ranges.length > MOST_MARKS;
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    const observer = new MutationObserver(later);
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    const sizes = new ResizeObserver(later);
    sizes.observe(element);
    // Capture also hears the scrolling of texts within the rows.
    element.addEventListener('scroll', later, { capture: true, passive: true });
    later();
    return () => {
      observer.disconnect();
      sizes.disconnect();
      element.removeEventListener('scroll', later, { capture: true });
      cancelAnimationFrame(frame);
      CSS.highlights.delete(FOUND);
      finder.hasMoreMarks.value = false;
    };
  }, [terms]);
}

/** Returns the first ranges on the screen, and one more than are marked if there is. */
function rangesIn(
  element: HTMLElement,
  terms: readonly string[],
  known: WeakMap<Node, Marked>,
): readonly Range[] {
  const screen = element.getBoundingClientRect();
  const isOn = (box: DOMRect): boolean => box.bottom >= screen.top && box.top <= screen.bottom;
  const ranges: Range[] = [];
  const rows = [...element.querySelectorAll(TEXTS)];
  for (const row of rows.filter((each) => isOn(each.getBoundingClientRect()))) {
    for (const node of textNodesIn(row)) {
      for (const [start, end] of foundIn(node, terms, known, screen.top)) {
        const range = rangeOf(node, start, end);
        if (!isOn(range.getBoundingClientRect())) continue;
        ranges.push(range);
        if (ranges.length > MOST_MARKS) return ranges;
      }
    }
  }
  return ranges;
}

function foundIn(
  node: Text,
  terms: readonly string[],
  known: WeakMap<Node, Marked>,
  top: number,
): Marked['ranges'] {
  const text = node.data;
  if (text.length > LOOKED_AT) {
    const from = firstOn(node, top);
    const ranges = rangesOf(text.slice(from, from + LOOKED_AT), terms);
    return ranges.map(([start, end]) => [from + start, from + end]);
  }
  const before = known.get(node);
  const marked = before?.text === text ? before : { text, ranges: rangesOf(text, terms) };
  known.set(node, marked);
  return marked.ranges;
}

/** Finds a place in a text at most `NEAR` characters in front of what is below `top`. */
function firstOn(node: Text, top: number): number {
  let [low, high] = [0, node.length];
  while (high - low > NEAR) {
    const middle = Math.floor((low + high) / 2);
    const { bottom } = rangeOf(node, middle, middle + MEASURED).getBoundingClientRect();
    if (bottom < top) low = middle;
    else high = middle;
  }
  return low;
}
