/** Copying items to a conversation that may be in another shard. */

import { keyOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { RoundTrips } from '../engine/driver.ts';
import type { Row } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import { COPIED_COLUMNS, INSERT_COPIES, SELECT_ITEMS_TO_COPY } from './statements.ts';

const ITEMS_PER_BATCH = 200;

interface Copying {
  readonly from: ConversationKey;
  readonly to: ConversationKey;
  /** The position before which items are copied. */
  readonly until: number;
}

/** Reads and inserts the items in batches, each in two trips of an open transaction. */
export async function copyItems(trips: RoundTrips, { from, to, until }: Copying): Promise<void> {
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
