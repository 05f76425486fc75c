/** The items that a fork or a rewind adds after those that it keeps. */

import { keyOf } from '../conversations/access-condition.ts';
import { columnsOf, type ItemToWrite } from '../conversations/append.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { PresentItem } from '../conversations/refusal.ts';
import type { Query, Row } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import { INSERT_LAST_ITEMS, SELECT_POSITIONS } from './statements.ts';

/** Returns the query for the positions of the items in a conversation that is locked; none when all ids are new. */
export function presentQueries(
  key: ConversationKey,
  items: readonly ItemToWrite[],
): readonly Query[] {
  const ids = items.filter(({ isMinted }) => !isMinted).map(({ id }) => id);
  return ids.length === 0 ? [] : [{ sql: SELECT_POSITIONS, parameters: [...keyOf(key), ids] }];
}

/** Throws a `PresentItem` for the first item that is before a position already. */
export function assertAbsentBefore(
  rows: readonly Row[],
  items: readonly ItemToWrite[],
  position: number,
): void {
  const kept = rows.filter((row) => integer(row, 'position') < position);
  const ids = new Set(kept.map((row) => text(row, 'id')));
  const present = items.find(({ id }) => ids.has(id));
  if (present !== undefined) throw new PresentItem(present.id);
}

/** In one trip: inserts the items at the last positions that their conversation has given out. */
export function lastItems(
  params: ConversationKey & {
    readonly items: readonly ItemToWrite[];
    readonly createdAt: number;
  },
): readonly Query[] {
  const { items, createdAt } = params;
  if (items.length === 0) return [];
  const parameters = [...keyOf(params), createdAt, ...columnsOf(items), items.length];
  return [{ sql: INSERT_LAST_ITEMS, parameters }];
}
