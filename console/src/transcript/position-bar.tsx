import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count as countText } from '../text/numbers.ts';
import type { ItemWindow } from './item-window.ts';
import { DEPTHS, hidesTexts, type Depth } from './view.ts';

const NAMES: Readonly<Record<Depth, string>> = { messages: 'Messages', outline: 'Outline' };

/** Where the reader is in the whole conversation, and how it is shown. The scrollbar tells only where in the loaded part. */
export function PositionBar({
  items,
  extent,
  from,
  to,
  depth,
  setDepth,
  setHidesTexts,
  children,
}: {
  readonly items: ItemWindow;
  /** Number of positions, of which those of deleted items are free. */
  readonly extent: number;
  /** Position of the first row on the screen. */
  readonly from: number;
  /** Position of the last one. */
  readonly to: number;
  readonly depth: Depth;
  readonly setDepth: (depth: Depth) => void;
  readonly setHidesTexts: (hides: boolean) => void;
  readonly children: ComponentChildren;
}) {
  const loaded = items.entries.value.length;
  return (
    <div class="position">
      <button type="button" class="plain jump" title="g g" onClick={() => void items.open('first')}>
        First
      </button>
      {items.isPlaced.value && <Slider items={items} extent={extent} from={from} to={to} />}
      <button type="button" class="plain jump" title="G" onClick={() => void items.open('last')}>
        Last
      </button>
      {items.isPlaced.value && loaded > 0 && (
        <output class="quiet" title={`${countText(loaded)} items are loaded`}>
          {`${countText(from + 1)}–${countText(to + 1)} of ${countText(extent)}`}
        </output>
      )}
      {children}
      <button
        type="button"
        class="plain hides"
        title="h"
        aria-pressed={hidesTexts.value}
        onClick={() => setHidesTexts(!hidesTexts.value)}
      >
        {hidesTexts.value ? 'Texts hidden' : 'Hide texts'}
      </button>
      <fieldset class="depths">
        <legend>Depth</legend>
        {DEPTHS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="depth"
              checked={depth === each}
              onChange={() => setDepth(each)}
            />
            {NAMES[each]}
          </label>
        ))}
      </fieldset>
    </div>
  );
}

/** A slider over all positions. It stays under the hand while it is dragged, whatever is drawn meanwhile. */
function Slider({
  items,
  extent,
  from,
  to,
}: {
  readonly items: ItemWindow;
  readonly extent: number;
  readonly from: number;
  readonly to: number;
}) {
  const [dragged, setDragged] = useState<number>();
  const last = Math.max(extent - 1, 0);
  const value = dragged ?? (to === last ? last : from);
  return (
    <span class="slider">
      <input
        type="range"
        aria-label="Position in the conversation"
        aria-valuetext={`item ${value + 1} of ${extent}`}
        min={0}
        max={last}
        value={value}
        onInput={(event) => setDragged(Number(event.currentTarget.value))}
        onChange={(event) => {
          setDragged(undefined);
          void items.open({ position: Number(event.currentTarget.value) });
        }}
      />
      {dragged !== undefined && <span class="goes-to">#{countText(dragged + 1)}</span>}
    </span>
  );
}
