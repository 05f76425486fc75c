import type { Item } from '../api/objects.ts';
import type { Asking } from '../ask/asking.ts';
import { isStoredIn } from '../ask/stored.ts';
import type { Entry } from '../items/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';

/** Returns what is asked and answered at the end of a branch as entries, until it is stored. */
export function streamedEntries(items: ItemWindow, asking: Asking): readonly Entry[] {
  const asked = asking.asked.value;
  if (asked === undefined || items.hasNewer || isStoredIn(items, asking)) return [];
  const input = asked.input.map((each, index): Item => ({ id: `asked-${index}`, ...each }));
  const forming = asking.answer.value.items.flatMap((each) =>
    each === undefined ? [] : [each.item],
  );
  const from = (items.entries.value.at(-1)?.position ?? -1) + 1;
  return [...input, ...forming].map((item, index) => ({
    id: item.id,
    item,
    position: from + index,
    createdAt: 0,
    size: 0,
  }));
}
