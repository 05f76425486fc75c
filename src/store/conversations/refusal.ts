/** Refusals of writes of items. */

import type { AppendRefusal, ItemPresent, NewItem } from './port.ts';

/** Attempts of a write whose duplicate row is deleted each time before it is looked at. */
const MOST_ATTEMPTS = 3;

/** Thrown inside a transaction to undo it. */
export class Refused extends Error {
  readonly refusal: AppendRefusal;

  constructor(refusal: AppendRefusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

/** Thrown inside a transaction for an item that the conversation has already. */
export class PresentItem extends Error {
  readonly id: string;

  constructor(id: string) {
    super('item_present');
    this.id = id;
  }
}

/** Thrown when a row of a write is stored already; `cause` is the database's error, which does not name the item. */
export class DuplicateRow extends Error {}

/** Makes the error of a write that met a row with the key of one of its own. */
export function duplicateRow(cause: unknown): DuplicateRow {
  return new DuplicateRow('a row is stored already', { cause });
}

/**
 * Runs a write of items, and returns the refusal of one that is stored already. `presentId` returns the first of their
 * ids that is stored, after the write met a duplicate row.
 */
export async function orItemPresent<Result>(
  write: () => Promise<Result>,
  presentId: () => Promise<string | undefined>,
): Promise<Result | ItemPresent> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (error instanceof PresentItem) return { refused: 'item_present', id: error.id };
      if (!(error instanceof DuplicateRow)) throw error;
      const id = await presentId();
      if (id !== undefined) return { refused: 'item_present', id };
      // The item has been deleted meanwhile, unless the store is damaged.
      if (attempt === MOST_ATTEMPTS) throw error.cause;
    }
  }
}

/** Returns the first id that items have in common; minted ones differ. */
export function repeatedId(items: readonly NewItem[]): string | undefined {
  const seen = new Set<string>();
  return items
    .filter(({ kind }) => kind !== 'minted')
    .find(({ id }) => seen.size === seen.add(id).size)?.id;
}
