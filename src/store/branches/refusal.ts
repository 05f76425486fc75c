import type { Row } from '../engine/query.ts';
import { integer } from '../engine/rows.ts';
import type { BranchLimits, PlaceAbsent, TooLong } from './port.ts';

/** Thrown inside a transaction to undo it. */
export class BranchRefused extends Error {
  readonly refusal: PlaceAbsent | TooLong;

  constructor(refusal: PlaceAbsent | TooLong) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

/** Thrown inside a transaction that would remove other items than the expected ones. */
export class HistoryChanged extends Error {
  constructor() {
    super('the history has changed');
  }
}

/** Throws for more items, or items of more bytes, than one request may copy or remove. */
export function assertWithin(size: Size, { maxItems, maxBytes }: BranchLimits): void {
  if (size.items > maxItems) throw new BranchRefused({ refused: 'too_long', limit: 'items' });
  if (size.bytes > maxBytes) throw new BranchRefused({ refused: 'too_long', limit: 'bytes' });
}

export interface Size {
  readonly items: number;
  /** UTF-8 bytes of their texts. */
  readonly bytes: number;
}

export function toSize(row: Row): Size {
  return { items: integer(row, 'items'), bytes: integer(row, 'bytes') };
}
