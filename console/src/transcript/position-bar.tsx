import { count as countText } from '../text/numbers.ts';
import type { ItemWindow } from './item-window.ts';
import { Live } from './live.tsx';
import type { Depth } from './row.tsx';
import type { Rows } from './use-virtual-rows.ts';

const DEPTHS: readonly { readonly depth: Depth; readonly name: string }[] = [
  { depth: 'messages', name: 'Messages' },
  { depth: 'outline', name: 'Outline' },
];

/** Where the reader is in the whole conversation. The scrollbar tells only where in the loaded part. */
export function PositionBar({
  items,
  count,
  depth,
  setDepth,
  rows,
}: {
  readonly items: ItemWindow;
  readonly count: number | undefined;
  readonly depth: Depth;
  readonly setDepth: (depth: Depth) => void;
  readonly rows: Rows;
}) {
  // Positions of deleted items stay free, so that the last one may exceed the count.
  const entries = items.entries.value;
  const last = Math.max((count ?? 1) - 1, entries.at(-1)?.position ?? 0);
  const from = entries[rows.range?.startIndex ?? 0]?.position ?? 0;
  const to = entries[rows.range?.endIndex ?? 0]?.position ?? 0;
  return (
    <div class="position">
      <button type="button" class="plain jump" onClick={() => void items.open('first')}>
        First
      </button>
      <input
        type="range"
        aria-label="Position in the conversation"
        aria-valuetext={`item ${from + 1} of ${last + 1}`}
        min={0}
        max={last}
        value={to === last ? last : from}
        onChange={(event) => void items.open({ position: Number(event.currentTarget.value) })}
      />
      <button type="button" class="plain jump" onClick={() => void items.open('last')}>
        Last
      </button>
      <output class="quiet">
        {entries.length > 0 &&
          `${countText(from + 1)}–${countText(to + 1)} of ${countText(last + 1)}`}
      </output>
      <Live items={items} rows={rows} />
      <fieldset class="depths">
        <legend>Depth</legend>
        {DEPTHS.map((each) => (
          <label key={each.depth}>
            <input
              type="radio"
              name="depth"
              checked={depth === each.depth}
              onChange={() => setDepth(each.depth)}
            />
            {each.name}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
