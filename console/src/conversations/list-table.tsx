import { timeStyle } from '../text/clock.ts';
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';
import { useKeys } from '../look/keys.ts';
import type { View } from '../place.ts';
import { ConversationRow } from './conversation-row.tsx';
import { columnsFor } from './columns.ts';
import type { ConversationList, Sort } from './conversation-list.ts';

/** Rows in the document above and below the window. */
const BEYOND = 10;
/** Before the first row is measured. */
const USUAL_HEIGHT = 44;
const USUAL_WINDOW = 900;

/** The loaded conversations as a table, of which only the rows near the window are in the document. All have one height. */
export function ListTable({
  list,
  scroller,
  query,
  view,
  sort,
}: {
  readonly list: ConversationList;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly query: string;
  readonly view: View;
  readonly sort: Sort;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const anchor = useRef(0);
  const rows = list.pages.entries.value;
  const { start, end, height } = useRange(scroller, body, rows.length);
  const columns = columnsFor(sort);
  const marked = list.marked.value;
  const mark = (index: number, isRange: boolean): void => {
    const isMarked = !marked.has(rows[index]?.id ?? '');
    const [from, to] = isRange ? [anchor.current, index].toSorted((a, b) => a - b) : [index, index];
    const ids = rows.slice(from, (to ?? index) + 1).map(({ id }) => id);
    list.setMarked(ids, isRange || isMarked);
    anchor.current = index;
  };
  useListKeys({ list, scroller, body, height, mark });
  const areAllMarked = marked.size > 0 && rows.every(({ id }) => marked.has(id));
  const span = columns.hasOwner ? 5 : 4;
  return (
    <table
      class={timeStyle.value === 'exact' ? 'conversations exact' : 'conversations'}
      aria-rowcount={list.pages.hasMore.value ? -1 : rows.length + 1}
    >
      <colgroup>
        <col class="mark-cell" />
        <col />
        <col class="number" />
        {columns.hasOwner && <col class="owner" />}
        <col class="when" />
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col" class="mark-cell">
            <label>
              <input
                type="checkbox"
                checked={areAllMarked}
                aria-label="Mark all that are loaded"
                onClick={() => list.mark(areAllMarked ? [] : rows.map(({ id }) => id))}
              />
            </label>
          </th>
          <th scope="col">Conversation</th>
          <th scope="col" class="number">
            Items
          </th>
          {columns.hasOwner && (
            <th scope="col" class="owner">
              Owner
            </th>
          )}
          <th scope="col" class="when" aria-sort="descending">
            {sort === 'created_at' ? 'Created' : 'Last activity'}
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Space rows={start} height={height} span={span} />
        {rows.slice(start, end).map((conversation, place) => (
          <ConversationRow
            key={conversation.id}
            conversation={conversation}
            index={start + place}
            list={list}
            query={query}
            view={view}
            columns={columns}
            mark={(isRange) => mark(start + place, isRange)}
          />
        ))}
        <Space rows={rows.length - end} height={height} span={span} />
      </tbody>
    </table>
  );
}

/** The room of rows that are not in the document. */
function Space({
  rows,
  height,
  span,
}: {
  readonly rows: number;
  readonly height: number;
  readonly span: number;
}) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true" class="space">
      <td colSpan={span} style={{ height: `${rows * height}px` }} />
    </tr>
  );
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** Pixels of a row. */
  readonly height: number;
}

/** Returns the rows that are near the window, and follows it. */
function useRange(
  scroller: RefObject<HTMLElement | null>,
  body: RefObject<HTMLElement | null>,
  number: number,
): Range {
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  const height = useRef(USUAL_HEIGHT);
  const first = useRef(0);
  useLayoutEffect(() => {
    const measured = heightOfRows(body.current);
    if (measured === undefined || Math.abs(measured - height.current) < 0.1) return;
    height.current = measured;
    redraw(undefined);
  });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const follow = (): void => {
      const next = Math.max(0, Math.floor(above(element, body.current) / height.current));
      // Half of what is in the document beyond the window may be used up.
      if (Math.abs(next - first.current) < BEYOND / 2) return;
      first.current = next;
      redraw(undefined);
    };
    const observer = new ResizeObserver(() => redraw(undefined));
    observer.observe(element);
    element.addEventListener('scroll', follow, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', follow);
    };
  }, []);
  const inWindow = Math.ceil((scroller.current?.clientHeight ?? USUAL_WINDOW) / height.current);
  const start = Math.max(0, Math.min(first.current, number - inWindow) - BEYOND);
  const end = Math.min(number, first.current + inWindow + BEYOND);
  return { start, end, height: height.current };
}

/** Returns the pixels of the table that are above the window. */
function above(scroller: HTMLElement, body: HTMLElement | null): number {
  if (body === null) return 0;
  return scroller.getBoundingClientRect().top - body.getBoundingClientRect().top;
}

function heightOfRows(body: HTMLElement | null): number | undefined {
  const drawn = [...(body?.querySelectorAll<HTMLElement>('tr:not(.space)') ?? [])];
  const [one, last] = [drawn[0], drawn.at(-1)];
  if (one === undefined || last === undefined) return undefined;
  const all = last.getBoundingClientRect().bottom - one.getBoundingClientRect().top;
  return all / drawn.length;
}

/** Moves with `j` and `k`, and marks with `x`. */
function useListKeys({
  list,
  scroller,
  body,
  height,
  mark,
}: {
  readonly list: ConversationList;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly body: RefObject<HTMLElement | null>;
  readonly height: number;
  readonly mark: (index: number, isRange: boolean) => void;
}): void {
  const goal = useRef<number | undefined>(undefined);
  const hadFocus = useRef(false);
  const focusGoal = (): void => {
    const index = goal.current;
    const link = body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
    if (index === undefined || link === null || link === undefined) return;
    goal.current = undefined;
    link.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    focusGoal();
    // The row with the focus may have left the document: the keys of the list go on from the page.
    if (hadFocus.current && document.activeElement === document.body) scroller.current?.focus();
    hadFocus.current = body.current?.contains(document.activeElement) === true;
  });
  const step = (by: 1 | -1): void => {
    const last = list.pages.entries.value.length - 1;
    const present = list.current.value;
    const next = present === undefined ? 0 : Math.max(0, Math.min(last, present + by));
    goal.current = next;
    list.current.value = next;
    showRow(scroller.current, body.current, next * height, height);
    focusGoal();
  };
  const markCurrent = (isRange: boolean): void => {
    if (list.current.value !== undefined) mark(list.current.value, isRange);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    x: () => markCurrent(false),
    X: () => markCurrent(true),
    Escape: () => list.mark([]),
  });
}

/** Scrolls as little as is needed to show the row at a height of the table. */
function showRow(
  scroller: HTMLElement | null,
  body: HTMLElement | null,
  top: number,
  height: number,
): void {
  if (scroller === null || body === null) return;
  const hidden = above(scroller, body);
  // Two rows beyond, for what stands above the list, and so that the next one is seen.
  const [low, high] = [top - 2 * height, top + 3 * height - scroller.clientHeight];
  if (hidden > low) scroller.scrollTop -= hidden - low;
  else if (hidden < high) scroller.scrollTop += high - hidden;
}
