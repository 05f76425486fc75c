/** Ending a conversation that is still stored, in the two forms of a write. */

import { keyOf, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { existenceTopics } from '../conversations/topics.ts';
import type { Write } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import { DELETE_RUNNING } from './statements.ts';

/** Returns the statements that delete what runs in a conversation, after one that has ended it. */
export function runningRemoval(key: ConversationKey): readonly Query[] {
  return DELETE_RUNNING.map((sql) => ({ sql, parameters: keyOf(key) }));
}

/** The statement that ends a conversation, and others. */
interface Ending {
  readonly before: readonly Query[];
  readonly end: Query;
  readonly after?: readonly Query[];
  /** Whether text is overwritten. */
  readonly erases?: boolean;
}

/** Ends a conversation, and deletes what runs in it. Returns `false` when the statement has yielded no row. */
export function ended(
  key: ConversationKey,
  { before, end, after = [], erases = false }: Ending,
): Write<boolean> {
  const running = [...after, ...runningRemoval(key)];
  return {
    scope: scopeOf(key),
    changes: existenceTopics(key),
    erases,
    inSteps: (steps) => {
      for (const query of before) steps.run(query);
      if (steps.get(end) === undefined) return false;
      for (const query of running) steps.run(query);
      return true;
    },
    inRoundTrips: async (trips) => {
      const results = await trips.finish(...before, end, ...running);
      return (results[before.length] ?? []).length > 0;
    },
  };
}
