import { effect } from '@preact/signals';
import { identityOf, place, type Place } from '../place.ts';

const HEADING = 'h1#title';

/**
 * Moves the focus with the pages, as a browser does that loads them: to the heading of a page, and on the way back to the
 * row that led away from it. The reader who acts meanwhile is left alone.
 */
export function followWithFocus(): void {
  let before: Place | undefined;
  /** The list at which the reader was last. */
  let list = '';
  let stop: (() => void) | undefined;
  effect(() => {
    const at = place.value;
    const left =
      before?.page === 'conversation' && JSON.stringify(at) === list ? before.id : undefined;
    if (before === undefined || identityOf(at) !== identityOf(before)) {
      stop?.();
      stop = whenThere(left === undefined ? [HEADING] : [rowOf(left), HEADING]);
    }
    if (at.page !== 'conversation') list = JSON.stringify(at);
    before = at;
  });
}

function rowOf(id: string): string {
  return `a[data-row][href^="#/conversations/${CSS.escape(encodeURIComponent(id))}"]`;
}

/** Focuses the best element of these as soon as there is one, until the reader acts. Returns what ends it. */
function whenThere(selectors: readonly string[]): () => void {
  const abort = new AbortController();
  const previous = document.querySelector(HEADING);
  const look = (): void => {
    for (const [index, selector] of selectors.entries()) {
      const found = document.querySelector<HTMLElement>(selector);
      // The heading of the page before is still there for a moment.
      if (found === null || (found === previous && document.activeElement === found)) continue;
      // A list that is shown again has its own place. It draws the row when it is there.
      if (document.activeElement !== found) found.focus({ preventScroll: selector === HEADING });
      if (index === 0 && found !== previous) abort.abort();
      return;
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  const end = (): void => abort.abort();
  abort.signal.addEventListener('abort', () => observer.disconnect());
  for (const name of ['keydown', 'pointerdown', 'wheel']) {
    addEventListener(name, end, { capture: true, signal: abort.signal });
  }
  look();
  return end;
}
