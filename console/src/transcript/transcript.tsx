import { batch } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useKeys } from '../look/keys.ts';
import { COPIES } from '../text/copy-as.ts';
import { ordinal } from '../text/numbers.ts';
import { useCopying } from './copying.ts';
import { Detail } from './detail.tsx';
import type { Entry } from '../items/entry.ts';
import { Feed } from './feed.tsx';
import { FindBar } from './find-bar.tsx';
import { useFinder } from './use-finder.ts';
import { focusRow, useKeptFocus } from './focus.ts';
import { ItemMenu, type MenuPlace } from './item-menu.tsx';
import type { ItemWindow } from './item-window.ts';
import { Live, News } from './live.tsx';
import { useMarks } from './marks.ts';
import { Notes } from './notes.tsx';
import { topOf, useLoading, usePlacing, useResting } from './placing.ts';
import { PositionBar } from './position-bar.tsx';
import { useStandardActions } from './standard-actions.tsx';
import { useVirtualRows } from './use-virtual-rows.ts';
import { depth, hidesTexts, type Depth } from './view.ts';
import { useWanted } from './wanted.ts';

/** Pixels of a row that is not measured yet. */
const USUAL_HEIGHTS: Readonly<Record<Depth, number>> = { messages: 96, outline: 30 };

/** Width of a digit of the outline. */
const DIGIT_REM = 0.56;

/** The items of a conversation, and the ways to go about in them. */
export function Transcript({
  items,
  count,
  mayChange,
}: {
  readonly items: ItemWindow;
  readonly count: number | undefined;
  readonly mayChange: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const entries = items.entries.value;
  const current = items.current.value;
  const [shown, setShown] = useState<string>();
  const [menu, setMenu] = useState<MenuPlace>();
  const [others, setOthers] = useState<ReadonlySet<string>>(new Set());
  const [playing, setPlaying] = useState<string>();
  const copying = useCopying(items);
  const finder = useFinder(items);
  useMarks(scroller, finder);
  const rows = useVirtualRows(scroller, {
    entries,
    layout: `${items.opening.value} ${depth.value} ${hidesTexts.value}`,
    usualHeight: USUAL_HEIGHTS[depth.value],
    target: items.target,
    kept: [current, playing],
  });
  const isPlaced = usePlacing(items, rows, scroller, useKeptFocus(items, scroller));
  useLoading(items, rows, isPlaced);
  useResting(items, rows, isPlaced);
  useWanted(scroller, items, isPlaced);
  const step = (by: 1 | -1): void => {
    const at = entries.findIndex(({ id }) => id === current);
    const { startIndex = 0, endIndex = 0 } = rows.range ?? {};
    const index = at === -1 ? (by === 1 ? startIndex : endIndex) : at + by;
    const entry = entries[index];
    if (entry === undefined) return;
    const isTall = (rows.itemSizeCache.get(entry.id) ?? 0) > (scroller.current?.clientHeight ?? 0);
    rows.scrollToIndex(index, { align: isTall ? 'start' : 'auto' });
    items.current.value = entry.id;
    requestAnimationFrame(() => focusRow(entry.id, scroller));
  };
  /** Shows the rows in another way, with the same one on top. */
  const change = (view: () => void): void =>
    batch(() => {
      items.place(topOf(items, rows));
      view();
    });
  const setDepth = (next: Depth): void => change(() => (depth.value = next));
  const setHidesTexts = (hides: boolean): void => change(() => (hidesTexts.value = hides));
  const flip = ({ id }: Entry): void => {
    const left = new Set(others);
    if (!left.delete(id)) left.add(id);
    setOthers(left);
  };
  const openMenu = (): void => {
    const entry = entries.find(({ id }) => id === current);
    const anchor = document.querySelector(`#item-${CSS.escape(current ?? '')} > .show`);
    if (entry !== undefined && anchor !== null) setMenu({ entry, anchor });
  };
  const detail = entries.find(({ id }) => id === shown);
  const chosen = detail ?? entries.find(({ id }) => id === current);
  const onChosen = (act: (entry: Entry) => void) => (): void => {
    if (chosen !== undefined) act(chosen);
  };
  const toggleDetail = (): void => setShown(shown === current ? undefined : current);
  const remove = async (id: string): Promise<void> => {
    await items.remove(id);
    // The focused element was removed. This runs before the page moves the focus.
    requestAnimationFrame(() => focusRow(items.current.peek(), scroller));
  };
  const deletion = useStandardActions({
    remove,
    mayChange,
    copying,
    flip,
    show: ({ id }) => setShown(id),
  });
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    G: () => void items.open('last', true),
    'g g': () => void items.open('first'),
    m: () => setDepth('messages'),
    o: () => setDepth('outline'),
    h: () => setHidesTexts(!hidesTexts.value),
    d: toggleDetail,
    T: onChosen(flip),
    '.': openMenu,
    Enter: () => setShown(current),
    Escape: () => setShown(undefined),
    y: onChosen(copying.copyLink),
    ...Object.fromEntries(
      COPIES.map((way) => [`c ${way.key}`, onChosen((entry) => copying.copyAs(entry, way))]),
    ),
  });
  useEffect(() => {
    if (shown !== undefined && detail === undefined) focusRow(current, scroller);
  }, [detail === undefined]);
  // The details show the note themselves.
  const note = detail === undefined ? copying.note : '';
  const extent = Math.max(count ?? 0, items.lastPosition.value + 1);
  const { startIndex = 0, endIndex = 0 } = rows.range ?? {};
  const from = entries[startIndex]?.position ?? 0;
  const isAtEnd = !items.hasNewer && endIndex === entries.length - 1;
  return (
    <div
      class={items.gone.value === undefined ? 'transcript' : 'transcript gone'}
      data-depth={depth.value}
      style={{ '--position-width': `${ordinal(extent).length * DIGIT_REM + 0.2}rem` }}
    >
      {items.opening.value > 0 && (
        <PositionBar
          items={items}
          extent={extent}
          from={from}
          to={entries[endIndex]?.position ?? 0}
          depth={depth.value}
          setDepth={setDepth}
          setHidesTexts={setHidesTexts}
        >
          <Live items={items} rows={rows} isAtEnd={isAtEnd} />
          {entries.length > 0 && (
            <FindBar
              finder={finder}
              items={items}
              from={from}
              leave={() => focusRow(current, scroller)}
            />
          )}
        </PositionBar>
      )}
      <Notes items={items} />
      {depth.value === 'outline' && entries.length > 0 && <Columns />}
      <Feed
        scroller={scroller}
        items={items}
        measure={rows.measureElement}
        shown={rows.getVirtualItems()}
        height={rows.getTotalSize()}
        depth={depth.value}
        hidesTexts={hidesTexts.value}
        others={others}
        size={count === undefined ? -1 : extent}
        mayChange={mayChange}
        step={step}
        showMenu={(entry, anchor) => setMenu({ entry, anchor })}
        play={(id, isPlaying) =>
          setPlaying((before) => (isPlaying ? id : before === id ? undefined : before))
        }
      />
      <p class="unseen" role="status">
        {items.announcement.value}
      </p>
      {detail !== undefined && (
        <Detail
          entry={detail}
          items={items}
          copying={copying}
          remove={mayChange && remove}
          close={() => setShown(undefined)}
        />
      )}
      <div class="over-rows">
        <News items={items} />
        <p class={note === '' ? 'unseen' : 'toast'} role="status">
          {note}
        </p>
      </div>
      {menu !== undefined && <ItemMenu at={menu} close={() => setMenu(undefined)} />}
      {deletion}
    </div>
  );
}

/** The names of an outline's columns. Each row names its own to those who do not see them. */
function Columns() {
  return (
    <div class="columns" aria-hidden="true">
      <div class="row">
        <span class="number">#</span>
        <span>From</span>
        <span>Item</span>
        <span class="number">Size</span>
        <span class="number">Time</span>
      </div>
    </div>
  );
}
