/** Erasing queued words, and emptying the index. */

import { keyOf, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Driver } from '../engine/driver.ts';
import { integer, text } from '../engine/rows.ts';
import { eraseDocument } from './erasure.ts';
import * as sql from './statements.ts';

/** Documents whose words are erased in one transaction: some milliseconds each in a large index. */
const MOST_ERASED = 4;
/** Conversations that are forgotten in one transaction. */
const MOST_FORGOTTEN = 200;

/** Erases the words of some queued documents. Returns whether there are more. */
export async function eraseQueued(driver: Driver): Promise<boolean> {
  const query = { sql: sql.SELECT_QUEUED, parameters: [MOST_ERASED] };
  const waiting = await driver.read({ scope: { kind: 'all' }, query });
  if (waiting.length === 0) return false;
  await driver.write({
    scope: { kind: 'all' },
    changes: [],
    erases: true,
    inSteps: (steps) => {
      for (const row of steps.all(query)) {
        const number = integer(row, 'number');
        eraseDocument(steps, { number, scope: text(row, 'words'), data: text(row, 'data') });
        steps.run({ sql: sql.DELETE_QUEUED, parameters: [number] });
      }
    },
    // PostgreSQL has nothing to erase later.
    inRoundTrips: async () => undefined,
  });
  return waiting.length === MOST_ERASED;
}

/** Empties the index. Calls back with how many conversations wait anew. */
export async function reset(
  driver: Driver,
  onProgress: (conversations: number) => void = () => undefined,
): Promise<void> {
  if (driver.syntax.name === 'sqlite') {
    await driver.write({
      scope: { kind: 'all' },
      changes: [],
      erases: true,
      inSteps: (steps) => {
        for (const statement of sql.EMPTY_INDEX) steps.run({ sql: statement, parameters: [] });
      },
      inRoundTrips: async () => undefined,
    });
    return;
  }
  let count = 0;
  let last: ConversationKey | undefined = { tenant: '', conversationId: '' };
  while (last !== undefined) {
    const parameters = [...keyOf(last), MOST_FORGOTTEN];
    const query = { sql: sql.SELECT_CONVERSATIONS_AFTER, parameters };
    const rows = await driver.read({ scope: { kind: 'all' }, query });
    const keys = rows.map((row) => ({
      tenant: text(row, 'tenant'),
      conversationId: text(row, 'id'),
    }));
    for (const key of keys) await forget(driver, key);
    count += keys.length;
    onProgress(count);
    last = keys.length < MOST_FORGOTTEN ? undefined : keys.at(-1);
  }
}

/** In PostgreSQL: takes a conversation out of the index. Its items wait then. */
function forget(driver: Driver, key: ConversationKey): Promise<void> {
  return driver.write({
    scope: scopeOf(key),
    changes: [],
    inSteps: () => undefined,
    inRoundTrips: async (trips) => {
      const parameters = keyOf(key);
      await trips.finish(
        { sql: sql.FORGET_INDEXED, parameters },
        { sql: sql.DELETE_DOCUMENTS, parameters },
      );
    },
  });
}
