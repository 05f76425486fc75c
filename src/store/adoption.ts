import type { Write } from './driver.ts';
import type { Adoption } from './port.ts';
import * as sql from './statements.ts';

/** Gives conversations with their items to another owner, in the two forms of a write. Returns how many. */
export function adopt({ from, to, conversationId }: Adoption): Write<number> {
  const selection = [from.tenant, from.owner, conversationId ?? null];
  const moved = [...selection, to.tenant];
  const lock = { sql: sql.LOCK_ADOPTED, parameters: selection };
  const items = { sql: sql.ADOPT_ITEMS, parameters: moved };
  const conversations = {
    sql: sql.ADOPT_CONVERSATIONS,
    parameters: [...moved, to.owner, JSON.stringify(to.attributes)],
  };
  return {
    scope: { kind: 'all' },
    inSteps: (steps) => {
      steps.run(items);
      return steps.all(conversations).length;
    },
    inRoundTrips: async (trips) => {
      const [, , adopted = []] = await trips.finish(lock, items, conversations);
      return adopted.length;
    },
  };
}
