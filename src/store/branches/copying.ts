/** Copying the first items of a conversation to a new one, in the two forms of a write. */

import { keyOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { RoundTrips } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import {
  COPIED_COLUMNS,
  COPY_ITEMS,
  INSERT_COPIES,
  SELECT_ITEMS_TO_COPY,
} from './copy-statements.ts';

const ITEMS_PER_BATCH = 200;

export interface Copying {
  readonly from: ConversationKey;
  readonly to: ConversationKey;
  /** The position before which items are copied. They keep their positions. */
  readonly until: number;
}

/** Returns the statement that copies the items in a database without shards. */
export function copyOf({ from, to, until }: Copying): Query {
  return { sql: COPY_ITEMS, parameters: [...keyOf(from), to.conversationId, until] };
}

/**
 * Runs statements, copies the items and runs the statements after them, and commits. In a sharded database the new
 * conversation may be in another shard than the one that is copied: there the items go through this process in batches.
 */
export async function finishWithCopy(
  trips: RoundTrips,
  copying: Copying,
  { copiesRows }: SqlSyntax,
  { before, after }: { readonly before: readonly Query[]; readonly after: readonly Query[] },
): Promise<void> {
  if (copiesRows) {
    await trips.finish(...before, copyOf(copying), ...after);
    return;
  }
  await trips.send(...before);
  await copyInBatches(trips, copying);
  await trips.finish(...after);
}

/** Reads and inserts the items in batches, each in two trips of an open transaction. */
async function copyInBatches(trips: RoundTrips, { from, to, until }: Copying): Promise<void> {
  let next = 0;
  for (;;) {
    const parameters = [...keyOf(from), next, until, ITEMS_PER_BATCH];
    const [rows = []] = await trips.send({ sql: SELECT_ITEMS_TO_COPY, parameters });
    const last = rows.at(-1);
    if (last === undefined) return;
    const columns = COPIED_COLUMNS.map(({ name, isNumber }) =>
      rows.map((row: Row) => (isNumber ? String(integer(row, name)) : text(row, name))),
    );
    await trips.send({ sql: INSERT_COPIES, parameters: [...keyOf(to), ...columns] });
    if (rows.length < ITEMS_PER_BATCH) return;
    next = integer(last, 'position') + 1;
  }
}
