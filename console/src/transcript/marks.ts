import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Wanted } from '../items/kept.ts';
import type { Finder } from './finder.ts';
import type { ItemWindow } from './item-window.ts';
import { rangesOf } from './words.ts';

const FOUND = 'found';
const TEXTS = '.said, .line';

interface Marked {
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
}

/** Marks what was found in the texts that are drawn. The browser paints the marks over them: nothing is put into the page. */
export function useMarks(scroller: RefObject<HTMLElement | null>, finder: Finder): void {
  const terms = finder.terms.value;
  useEffect(() => {
    const element = scroller.current;
    if (element === null || terms.length === 0 || !('highlights' in CSS)) return undefined;
    const known = new WeakMap<Node, Marked>();
    let frame = 0;
    const mark = (): void => {
      frame = 0;
      CSS.highlights.set(FOUND, new Highlight(...rangesIn(element, terms, known)));
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    const observer = new MutationObserver(later);
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    later();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(FOUND);
    };
  }, [terms]);
}

/** Scrolls to what the reader has come for, where it is not on the screen: in a long row, or in a box that scrolls. */
export function useWanted(
  scroller: RefObject<HTMLElement | null>,
  items: ItemWindow,
  isPlaced: boolean,
): void {
  const shown = useRef<Wanted | undefined>(undefined);
  const wanted = items.wanted.value;
  const current = items.current.value;
  useEffect(() => {
    if (!isPlaced || wanted === undefined || shown.current === wanted) return;
    const row = document.getElementById(`item-${current}`);
    if (row === null || current !== items.rowOf(wanted.item)) return;
    shown.current = wanted;
    const [range] = rangesIn(row, wanted.terms, new WeakMap());
    if (range !== undefined) show(range, scroller.current);
  });
}

function show(range: Range, scroller: HTMLElement | null): void {
  for (let box = range.startContainer.parentElement; box !== null; box = box.parentElement) {
    const { top, bottom } = range.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    const isHidden = top < frame.top || bottom > frame.bottom;
    // What does not scroll stays.
    if (isHidden) box.scrollTop += top - frame.top - box.clientHeight / 3;
    if (box === scroller) return;
  }
}

function rangesIn(
  element: HTMLElement,
  terms: readonly string[],
  known: WeakMap<Node, Marked>,
): readonly Range[] {
  const nodes = [...element.querySelectorAll(TEXTS)].flatMap(textNodesIn);
  return nodes.flatMap((node) => {
    const text = node.data;
    const before = known.get(node);
    const marked = before?.text === text ? before : { text, ranges: rangesOf(text, terms) };
    known.set(node, marked);
    return marked.ranges.map(([start, end]) => {
      const range = new Range();
      range.setStart(node, start);
      range.setEnd(node, end);
      return range;
    });
  });
}

function textNodesIn(element: Element): readonly Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode() !== null) nodes.push(walker.currentNode as Text);
  return nodes;
}
