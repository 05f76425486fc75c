import { useMemo, useRef, useState } from 'preact/hooks';
import { Skeleton } from '../conversations/empty.tsx';
import { Failure } from '../look/failure.tsx';
import { useKeys } from '../look/keys.ts';
import { TurnLines, TurnLoader } from '../responses/turn-line.tsx';
import { Detail } from './detail.tsx';
import type { ItemWindow } from './item-window.ts';
import { pairsOf } from './pairing.ts';
import { useLoading, usePlacing, useResting } from './placing.ts';
import { PositionBar } from './position-bar.tsx';
import { Row, type Depth } from './row.tsx';
import { useVirtualRows } from './use-virtual-rows.ts';

/** The items of a conversation, of which only those near the screen are in the document. */
export function Transcript({
  items,
  count,
  mayDelete,
}: {
  readonly items: ItemWindow;
  readonly count: number | undefined;
  readonly mayDelete: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const entries = items.entries.value;
  const [current, setCurrent] = useState<string>();
  const [shown, setShown] = useState<string>();
  const [depth, setDepth] = useState<Depth>('messages');
  const rows = useVirtualRows(scroller, entries, current);
  const isPlaced = usePlacing(items, rows, setCurrent);
  const pairs = useMemo(() => pairsOf(entries), [entries]);
  useLoading(items, rows, isPlaced);
  useResting(items, rows, isPlaced);
  const step = (by: 1 | -1): void => {
    const at = entries.findIndex(({ id }) => id === current);
    const next = at === -1 ? (rows.range?.startIndex ?? 0) : at + by;
    const entry = entries[next];
    if (entry === undefined) return;
    rows.scrollToIndex(next, { align: 'auto' });
    setCurrent(entry.id);
    requestAnimationFrame(() => document.getElementById(`item-${entry.id}`)?.focus());
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
  const detail = entries.find(({ id }) => id === shown);
  return (
    <div class="transcript" data-depth={depth}>
      {items.opening.value > 0 && (
        <PositionBar items={items} count={count} rows={rows} depth={depth} setDepth={setDepth} />
      )}
      <Notes items={items} />
      <div
        ref={scroller}
        class="rows"
        role="feed"
        aria-label="Items"
        aria-busy={items.isLoading.value}
        tabIndex={0}
      >
        <InPlaceOfRows items={items} />
        <TurnLoader items={items} />
        <div class="rows-space" style={{ height: `${rows.getTotalSize()}px` }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const entry = entries[index];
            if (entry === undefined) return null;
            const style = { transform: `translateY(${start}px)` };
            return (
              <div
                key={key}
                class="row-place"
                data-index={index}
                ref={rows.measureElement}
                style={style}
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
                >
                  <TurnLines items={items} entry={entry} next={entries[index + 1]} />
                </Row>
              </div>
            );
          })}
        </div>
      </div>
      {detail !== undefined && (
        <Detail
          entry={detail}
          items={items}
          mayDelete={mayDelete}
          close={() => setShown(undefined)}
        />
      )}
    </div>
  );
}

/** What happened to the conversation while it was read. */
function Notes({ items }: { readonly items: ItemWindow }) {
  const deletedAt = items.deletedAt.value;
  return (
    <>
      {deletedAt !== undefined && (
        <p class="note">
          This conversation was deleted at {deletedAt.toLocaleTimeString('en-GB')}.
        </p>
      )}
      {items.isItemGone.value && (
        <p class="note">The item of this link is not here any more. This is the end.</p>
      )}
    </>
  );
}

/** What stands where there are no rows: a failure, what is loading, or that there are none. */
function InPlaceOfRows({ items }: { readonly items: ItemWindow }) {
  const failure = items.failure.value;
  if (failure !== undefined) {
    return <Failure failure={failure} again={() => void items.open('last')} />;
  }
  if (items.opening.value === 0) return <Skeleton />;
  if (items.entries.value.length > 0) return null;
  return (
    <div class="state">
      <h2>It has no items</h2>
      <p>What the application appends appears here.</p>
    </div>
  );
}
