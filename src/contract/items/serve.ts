import type { Include } from './include.ts';
import type { ItemRules } from './parse.ts';
import { itemDefinition } from './table.ts';

/** The fields of a stored item that serving needs. */
export interface StoredItem {
  readonly type: string;
  /** JSON text of the whole item. */
  readonly data: string;
}

/** Returns an item's JSON without the fields that `include` governs and does not name: mostly the stored text itself. */
export function serveItem(
  { type, data }: StoredItem,
  include: readonly Include[],
  { isStrict }: ItemRules,
): string {
  const hidden = itemDefinition(type)?.governed.filter(
    (governed) =>
      (isStrict || governed.strictOnly !== true) &&
      !include.includes(governed.include) &&
      data.includes(governed.marker),
  );
  if (hidden === undefined || hidden.length === 0) return data;
  // Sound: the store holds what `parseItem` made, which is the text of an object.
  const item = JSON.parse(data) as Record<string, unknown>;
  for (const governed of hidden) governed.hide(item);
  return JSON.stringify(item);
}
