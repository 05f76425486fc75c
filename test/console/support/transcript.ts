import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { openPage, type WatchedPage } from './browser.ts';

/** Returns the numbers of the messages in the document, in order of their places. */
export async function shown({ page }: WatchedPage): Promise<readonly number[]> {
  const places = await page
    .locator('.row-place')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.getBoundingClientRect().top,
        Number(/message (\d+)/.exec(row.textContent ?? '')?.[1]),
      ]),
    );
  return places.toSorted(([a = 0], [b = 0]) => a - b).map(([, number = 0]) => number);
}

/** Waits until the messages in the document follow each other. */
export async function expectContiguous(watched: WatchedPage): Promise<void> {
  const gaps = async (): Promise<readonly number[]> => {
    const numbers = await shown(watched);
    return numbers.filter((number, at) => at > 0 && number !== (numbers[at - 1] ?? 0) + 1);
  };
  await expect.poll(gaps).toEqual([]);
}

export function pagesOfItems({ calls }: WatchedPage): number {
  return calls.filter((call) => call.includes('/items?')).length;
}

/** Returns the numbers of the first and the last item of which some is on the screen, as the page tells them. */
export async function told({ page }: WatchedPage): Promise<string> {
  return (await page.locator('.position output').textContent()) ?? '';
}

/** Returns the position of the first item on the screen, and the pixels by which it begins below the top of the list. */
export async function firstOn(
  page: Page,
): Promise<{ readonly number: number; readonly top: number }> {
  return page.locator('.rows').evaluate((list) => {
    const { top } = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll('article')]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > top + 8)
      .toSorted((left, right) => left.box.top - right.box.top);
    const [first] = rows;
    return {
      number: Number(first?.row.getAttribute('aria-posinset')) - 1,
      top: Math.round((first?.box.top ?? 0) - top),
    };
  });
}

/** Opens a conversation at its end. */
export async function openAtEnd(origin: string, id: string): Promise<WatchedPage> {
  const watched = await openPage(origin, `#/conversations/${id}`);
  await watched.page.locator('article').first().waitFor();
  return watched;
}

/** Opens a long conversation, and goes to a position by the bar. */
export async function openAtPosition(
  origin: string,
  id: string,
  position: number,
): Promise<WatchedPage> {
  const watched = await openAtEnd(origin, id);
  await watched.page.locator('input[type=range]').fill(String(position));
  await watched.page.getByText(`message ${position}`, { exact: true }).waitFor();
  return watched;
}
