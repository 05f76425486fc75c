import type { VirtualItem } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { StreamedRows } from '../ask/streamed-rows.tsx';
import { TurnLines, TurnLoader } from '../responses/turn-line.tsx';
import type { Entry } from '../items/entry.ts';
import type { ItemWindow } from './item-window.ts';
import { InPlaceOfRows } from './notes.tsx';
import { pairsOf } from './pairing.ts';
import { Row, type RowProps } from './row.tsx';
import type { Rows } from './use-virtual-rows.ts';

/** Where these keys have a meaning of their own. */
const TAKEN = 'input, textarea, select, pre, audio, .table-scroll, dialog, [popover]';

interface FeedProps extends Pick<RowProps, 'depth' | 'hidesTexts' | 'size'> {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly items: ItemWindow;
  /** Measures a row that is in the document. */
  readonly measure: Rows['measureElement'];
  /** Rows that are in the document. */
  readonly shown: readonly VirtualItem[];
  /** Pixels of all rows. */
  readonly height: number;
  /** Ids of the items of which the texts are drawn the other way. */
  readonly others: ReadonlySet<string>;
  readonly mayChange: boolean;
  /** Goes to a neighbour of the item that the reader is at. */
  readonly step: (by: 1 | -1) => void;
  readonly showMenu: (entry: Entry, anchor: Element) => void;
  /** Notes that an item begins or ceases to play a sound. */
  readonly play: (id: string | undefined, isPlaying: boolean) => void;
}

/** The items of a window, of which only those near the screen are in the document, as a feed of ARIA. */
export function Feed(props: FeedProps) {
  const { scroller, items, measure, shown, height, others, mayChange, step, showMenu, play } =
    props;
  const { depth, hidesTexts, size } = props;
  const entries = items.entries.value;
  const current = items.current.value;
  const pairs = useMemo(() => pairsOf(entries), [entries]);
  const keys: Readonly<Record<string, () => void>> = {
    PageDown: () => step(1),
    PageUp: () => step(-1),
    Home: () => void items.open('first'),
    End: () => void items.open('last', true),
  };
  const press = (event: KeyboardEvent): void => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (!(target instanceof Element) || target.closest(TAKEN) !== null) return;
    // A reader who is at no item scrolls by pages.
    if (key.startsWith('Page') && target.closest('article') === null) return;
    const action = ctrlKey || metaKey || altKey ? undefined : keys[key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return (
    <div
      ref={scroller}
      class="rows"
      role="feed"
      aria-label="Items"
      aria-busy={items.isLoading.value}
      tabIndex={0}
      onKeyDown={press}
      onPlayCapture={({ target }) => play(itemOf(target), true)}
      onPauseCapture={({ target }) => play(itemOf(target), false)}
    >
      <InPlaceOfRows items={items} mayChange={mayChange} />
      <TurnLoader items={items} />
      <div class="rows-space" style={{ height: `${height}px` }}>
        {shown.map(({ index, key, start }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          return (
            <div
              key={key}
              class="row-place"
              data-index={index}
              ref={measure}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row
                depth={depth}
                hidesTexts={hidesTexts}
                size={size}
                entry={entry}
                before={entries[index - 1]}
                pairs={pairs}
                items={items}
                isOther={others.has(entry.id)}
                isCurrent={entry.id === current}
                onFocus={() => {
                  items.current.value = entry.id;
                }}
                showMenu={(anchor) => showMenu(entry, anchor)}
              >
                {depth === 'messages' && (
                  <TurnLines items={items} entry={entry} next={entries[index + 1]} />
                )}
              </Row>
            </div>
          );
        })}
      </div>
      <StreamedRows items={items} scroller={scroller} />
    </div>
  );
}

function itemOf(target: EventTarget | null): string | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest('article')?.id.replace(/^item-/, '');
}
