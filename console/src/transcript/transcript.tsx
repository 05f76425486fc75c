import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Skeleton } from '../conversations/empty.tsx';
import { Failure } from '../look/failure.tsx';
import { useKeys } from '../look/keys.ts';
import { noteItem } from '../place.ts';
import { Detail } from './detail.tsx';
import type { ItemWindow } from './item-window.ts';
import { pairsOf } from './pairing.ts';
import { PositionBar } from './position-bar.tsx';
import { Row, type Depth } from './row.tsx';
import { useVirtualRows, type Rows } from './use-virtual-rows.ts';

/** Rows left in the window when the next page is asked for. */
const ROWS_AHEAD = 25;
/** Frames in which the first rows are measured and placed, before anything is loaded around them. */
const PLACING_FRAMES = 3;
const REST_MS = 400;

/** The items of a conversation, of which only those near the screen are in the document. */
export function Transcript({
  items,
  count,
}: {
  readonly items: ItemWindow;
  readonly count: number | undefined;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const entries = items.entries.value;
  const [current, setCurrent] = useState<string>();
  const [shown, setShown] = useState<string>();
  const [depth, setDepth] = useState<Depth>('messages');
  const rows = useVirtualRows(scroller, entries, current);
  const isPlaced = usePlacing(items, rows, setCurrent);
  useLoading(items, rows, isPlaced);
  const focus = (id: string): void => {
    setCurrent(id);
    requestAnimationFrame(() => document.getElementById(`item-${id}`)?.focus());
  };
  const step = (by: 1 | -1): void => {
    const at = entries.findIndex(({ id }) => id === current);
    const next = Math.max(
      0,
      Math.min(entries.length - 1, at === -1 ? (rows.range?.startIndex ?? 0) : at + by),
    );
    const entry = entries[next];
    if (entry === undefined) return;
    rows.scrollToIndex(next, { align: 'auto' });
    focus(entry.id);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    G: () => void items.open('last'),
    'g g': () => void items.open('first'),
    m: () => setDepth('messages'),
    o: () => setDepth('outline'),
    Enter: () => setShown(current),
    Escape: () => setShown(undefined),
  });
  const pairs = pairsOf(entries);
  const virtual = rows.getVirtualItems();
  const first = entries[rows.range?.startIndex ?? 0];
  const last = entries[rows.range?.endIndex ?? 0];
  const detail = entries.find(({ id }) => id === shown);
  const failure = items.failure.value;
  useResting(items.conversation, first?.id, isPlaced.current && items.hasNewer);
  return (
    <div class="transcript" data-depth={depth}>
      {items.opening.value > 0 && (
        <PositionBar
          items={items}
          count={count}
          from={first?.position ?? 0}
          to={last?.position ?? 0}
          depth={depth}
          setDepth={setDepth}
          rows={rows}
        />
      )}
      {items.deletedAt.value !== undefined && (
        <p class="note">
          This conversation was deleted at {items.deletedAt.value.toLocaleTimeString('en-GB')}.
        </p>
      )}
      {items.isItemGone.value && (
        <p class="note">The item of this link is not here any more. This is the end.</p>
      )}
      <div
        ref={scroller}
        class="rows"
        role="feed"
        aria-label="Items"
        aria-busy={items.isLoading.value}
        tabIndex={0}
      >
        {failure !== undefined && (
          <Failure failure={failure} again={() => void items.open('last')} />
        )}
        {items.opening.value === 0 && failure === undefined && <Skeleton />}
        {entries.length === 0 && items.opening.value > 0 && (
          <div class="state">
            <h2>It has no items</h2>
            <p>What the application appends appears here.</p>
          </div>
        )}
        <div class="rows-space" style={{ height: `${rows.getTotalSize()}px` }}>
          {virtual.map(({ index, key, start }) => {
            const entry = entries[index];
            if (entry === undefined) return null;
            return (
              <div
                key={key}
                class="row-place"
                data-index={index}
                ref={rows.measureElement}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Row
                  entry={entry}
                  before={entries[index - 1]}
                  pairs={pairs}
                  items={items}
                  depth={depth}
                  size={count ?? -1}
                  isCurrent={entry.id === current}
                  onFocus={() => setCurrent(entry.id)}
                  show={() => setShown(entry.id)}
                />
              </div>
            );
          })}
        </div>
      </div>
      {detail !== undefined && (
        <Detail entry={detail} items={items} close={() => setShown(undefined)} />
      )}
    </div>
  );
}

/** Scrolls to where the window was opened. Nothing is loaded around it before that is done. */
function usePlacing(
  items: ItemWindow,
  rows: Rows,
  setCurrent: (id: string | undefined) => void,
): { current: boolean } {
  const isPlaced = useRef(false);
  const opening = items.opening.value;
  useLayoutEffect(() => {
    if (opening === 0) return undefined;
    isPlaced.current = false;
    const entries = items.entries.value;
    const index = entries.findIndex(({ id }) => id === items.target);
    if (index === -1) rows.scrollToIndex(entries.length - 1, { align: 'end' });
    else rows.scrollToIndex(index, { align: 'start' });
    setCurrent(items.target);
    let frames = 0;
    let frame = requestAnimationFrame(function next() {
      frames += 1;
      if (frames < PLACING_FRAMES) frame = requestAnimationFrame(next);
      else isPlaced.current = true;
    });
    return () => cancelAnimationFrame(frame);
  }, [opening]);
  return isPlaced;
}

function useLoading(items: ItemWindow, rows: Rows, isPlaced: { readonly current: boolean }): void {
  useEffect(() => {
    const { range } = rows;
    if (!isPlaced.current || range === null || items.failure.value !== undefined) return;
    if (range.startIndex < ROWS_AHEAD) void items.older();
    if (range.endIndex > items.entries.value.length - ROWS_AHEAD) void items.newer();
  });
}

/** Puts the first row into the address when scrolling rests, so that Back returns to it. */
function useResting(conversation: string, id: string | undefined, isWanted: boolean): void {
  useEffect(() => {
    if (id === undefined || !isWanted) return undefined;
    const timer = setTimeout(() => noteItem(conversation, id), REST_MS);
    return () => clearTimeout(timer);
  }, [conversation, id, isWanted]);
}
