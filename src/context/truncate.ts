/** Leaving out the oldest turns of a context that is too long for its model. */

import type { ContextItem } from '../model/port.ts';
import { itemBytes } from './measure.ts';
import { turnBounds } from './turn-bounds.ts';

export interface TruncateParams {
  readonly items: readonly ContextItem[];
  /** Place of each item in the request's input; `null` for one of the history. */
  readonly inputIndexes: readonly (number | null)[];
  /** Bytes that the items may take. */
  readonly budget: number;
  /** Set when the model is also sent the reasoning of earlier turns, which then takes room. */
  readonly countsReasoning: boolean;
}

export interface Truncation {
  readonly items: readonly ContextItem[];
  readonly inputIndexes: readonly (number | null)[];
  /** Turns that were left out. */
  readonly turns: number;
  /** Bytes of the items. */
  readonly bytes: number;
}

/**
 * Leaves out the oldest turns until the rest fits. Instructions, leading system and developer messages and the newest
 * turn stay, even if they do not fit.
 *
 * The cut moves in steps of at least a quarter of the budget: it depends on how many whole steps the context is too
 * long, counted from its beginning. So it stays where it is while the conversation grows by less than a step, and the
 * model server finds the same beginning in its cache.
 */
export function truncate(params: TruncateParams): Truncation {
  const { items, inputIndexes, budget } = params;
  const { leading, starts } = turnBounds(items, (index) => (inputIndexes[index] ?? null) !== null);
  const newest = starts.at(-1) ?? items.length;
  const sizes = items.map((item, index) =>
    item.type === 'reasoning' && index < newest && !params.countsReasoning ? 0 : itemBytes(item),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const excess = bytes - budget;
  if (excess <= 0 || newest === leading) return { items, inputIndexes, turns: 0, bytes };
  const step = stepOf(budget);
  const wanted = Math.ceil(excess / step) * step;
  let turns = 0;
  let dropped = 0;
  for (let index = leading; dropped < wanted && turns < starts.length - 1; turns += 1) {
    const end = starts[turns + 1] ?? newest;
    for (; index < end; index += 1) dropped += sizes[index] ?? 0;
  }
  const start = starts[turns] ?? newest;
  const isKept = (_item: unknown, index: number): boolean => index < leading || index >= start;
  return {
    items: items.filter(isKept),
    inputIndexes: inputIndexes.filter(isKept),
    turns,
    bytes: bytes - dropped,
  };
}

/**
 * Returns the step of a cut: the largest power of two up to half of the budget. It stays the same when the budget
 * changes a little, as it does with the number of tools or the length of the instructions.
 */
function stepOf(budget: number): number {
  return budget < 2 ? 1 : 2 ** Math.floor(Math.log2(budget / 2));
}
