import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Finder } from './finder.ts';
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
