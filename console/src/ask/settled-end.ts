import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Asking } from './asking.ts';

/** Distance in pixels from the end at which a reader is taken along. */
const NEAR_END = 80;
/** Time in which the stored rows are measured. */
const SETTLING_MS = 300;

/** Keeps a reader who is at the end there while the place for the rows changes its height. */
export function useStayingAtEnd(scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const rows = scroller.current;
    if (rows === null) return undefined;
    let wasAtEnd = isAtEnd(rows);
    let { clientHeight: height } = rows;
    const note = (): void => {
      // A scroll event may come after a change of height and before the observer: compare with the earlier height.
      wasAtEnd = isAtEnd(rows, height);
    };
    const observer = new ResizeObserver(() => {
      height = rows.clientHeight;
      if (wasAtEnd) rows.scrollTop = rows.scrollHeight;
    });
    observer.observe(rows);
    rows.addEventListener('scroll', note, { passive: true });
    return () => {
      observer.disconnect();
      rows.removeEventListener('scroll', note);
    };
  }, []);
}

function isAtEnd(rows: HTMLElement, height = rows.clientHeight): boolean {
  return rows.scrollHeight - rows.scrollTop - height < NEAR_END;
}

interface Anchor {
  readonly isAtEnd: boolean;
  /** The streamed item on the screen, and where its top is below that of the rows. */
  readonly id: string | undefined;
  readonly offset: number;
  /** Height of what is streamed. */
  readonly height: number;
}

/** Takes a reader at the end along, and holds the place when the stored rows come in place of the streamed ones. */
export function useSettledEnd({
  scroller,
  place,
  asking,
  isStored,
}: {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly place: RefObject<HTMLElement | null>;
  readonly asking: Asking;
  readonly isStored: boolean;
}): void {
  const anchor = useRef<Anchor | undefined>(undefined);
  const { value: answer } = asking.answer;
  const asked = asking.asked.value;
  const note = (): void => {
    if (scroller.current !== null && place.current !== null && !isStored) {
      anchor.current = anchorOf(scroller.current, place.current);
    }
  };
  useLayoutEffect(() => {
    const rows = scroller.current;
    if (rows === null || asked === undefined || isStored) return undefined;
    if (anchor.current?.isAtEnd !== false) rows.scrollTop = rows.scrollHeight;
    note();
    rows.addEventListener('scroll', note, { passive: true });
    return () => rows.removeEventListener('scroll', note);
  }, [answer, asked, isStored]);
  useLayoutEffect(() => {
    const [rows, end, held] = [scroller.current, place.current, anchor.current];
    if (!isStored || rows === null || end === null || held === undefined) return undefined;
    anchor.current = undefined;
    // Room for what was there, until the rows have their heights.
    end.style.minHeight = `${held.height}px`;
    hold(rows, held);
    // Rows are placed anew whenever one is measured, between two frames.
    const observer = new MutationObserver(() => hold(rows, held));
    observer.observe(rows, { subtree: true, childList: true, attributeFilter: ['style'] });
    setTimeout(() => {
      observer.disconnect();
      end.style.minHeight = '';
      // What waits for an answer now may have taken room from the rows.
      if (held.isAtEnd && !isAtEnd(rows)) rows.scrollTop = rows.scrollHeight;
    }, SETTLING_MS);
    return undefined;
  }, [isStored]);
}

function anchorOf(rows: HTMLElement, place: HTMLElement): Anchor {
  const top = rows.getBoundingClientRect().top;
  const shown = [...place.querySelectorAll<HTMLElement>('[data-streamed]')].find(
    (row) => row.getBoundingClientRect().bottom > top,
  );
  return {
    isAtEnd: isAtEnd(rows),
    id: shown?.dataset['streamed'],
    offset: (shown?.getBoundingClientRect().top ?? top) - top,
    height: place.offsetHeight,
  };
}

/** Scrolls so that the stored row is where the streamed one was. */
function hold(rows: HTMLElement, { id, offset }: Anchor): void {
  const row = id === undefined ? null : document.getElementById(`item-${id}`);
  if (row === null) return;
  const moved = row.getBoundingClientRect().top - rows.getBoundingClientRect().top - offset;
  if (Math.abs(moved) > 0.5) rows.scrollTop += moved;
}
