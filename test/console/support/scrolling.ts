import type { Page } from 'playwright-core';

/** What was seen in the frames of a scroll. */
export interface Scrolled {
  readonly frames: number;
  /** Frames in which no row was on the screen. */
  readonly empty: number;
  /** Neighbours on the screen that are no neighbours in the conversation. */
  readonly wrong: number;
  /** Most pixels by which a row on the screen has moved otherwise than by the scroll. */
  readonly drift: number;
  /** Most elements that the list had at once. */
  readonly elements: number;
  /** Numbers of the first and the last message on the screen at the end. */
  readonly first: number;
  readonly last: number;
}

/** Frames without a change after which the end of a conversation is reached, or the page has stopped to load. */
const STUCK_FRAMES = 150;

/**
 * Scrolls a conversation of numbered messages by some pixels a frame, until `isDone` of the numbers on the screen, or until
 * nothing moves any more.
 */
export async function scroll(
  page: Page,
  pixels: number,
  isDone: (first: number, last: number) => boolean,
): Promise<Scrolled> {
  const options = JSON.stringify({ pixels, stuckFrames: STUCK_FRAMES });
  return page.evaluate(`(${String(scrolled)})(${options}, ${String(isDone)})`);
}

/** Runs in the page: it names nothing from outside of it. */
async function scrolled(
  { pixels, stuckFrames }: { pixels: number; stuckFrames: number },
  isDone: (first: number, last: number) => boolean,
): Promise<Scrolled> {
  const list = document.querySelector('.rows')!;
  const seen = { frames: 0, empty: 0, wrong: 0, drift: 0, elements: 0, first: -1, last: -1 };
  let before = '';
  let tops = new Map<string, number>();
  for (let stuck = 0; stuck < stuckFrames;) {
    const from = list.scrollTop;
    list.scrollTop += pixels;
    const moved = list.scrollTop - from;
    await new Promise(requestAnimationFrame);
    // After the frame has been painted.
    await new Promise((resolve) => setTimeout(resolve));
    const { top, bottom } = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll('article')]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > top && box.top < bottom)
      .toSorted((left, right) => left.box.top - right.box.top);
    const numbers = rows.map(({ row }) => Number(/message (\d+)/.exec(row.textContent ?? '')?.[1]));
    seen.frames += 1;
    seen.elements = Math.max(seen.elements, list.querySelectorAll('*').length);
    if (numbers.length === 0) seen.empty += 1;
    else [seen.first, seen.last] = [numbers[0]!, numbers.at(-1)!];
    seen.wrong += numbers.filter((number, at) => at > 0 && number !== numbers[at - 1]! + 1).length;
    for (const { row, box } of rows) {
      const was = tops.get(row.id);
      if (was !== undefined) seen.drift = Math.max(seen.drift, Math.abs(box.top - was + moved));
    }
    tops = new Map(rows.map(({ row, box }) => [row.id, box.top]));
    if (isDone(seen.first, seen.last)) break;
    const now = `${list.scrollTop} ${seen.first}`;
    stuck = now === before ? stuck + 1 : 0;
    before = now;
  }
  return seen;
}
