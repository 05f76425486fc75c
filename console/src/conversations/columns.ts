import { hasSignIn } from '../api/session.ts';
import type { Sort } from './conversation-list.ts';

export interface Columns {
  /** Set where conversations have several owners: a server without authentication has one. */
  readonly hasOwner: boolean;
  /** The time that is shown is that of the order. */
  readonly sort: Sort;
}

export function columnsFor(sort: Sort): Columns {
  return { sort, hasOwner: hasSignIn() };
}
