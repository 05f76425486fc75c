import { call } from '../api/client.ts';
import type { Conversation, Page } from '../api/objects.ts';
import { trashDays } from '../api/session.ts';
import { conversations, count } from '../text/numbers.ts';

/** Conversations of the trash that are counted. */
const MOST = 100;

/**
 * Returns how many conversations of the trash fit the parameters of a list, in words. `undefined` where there are none
 * that the caller may see.
 */
export async function inTrash(
  parameters: readonly (readonly [name: string, value: string])[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (trashDays() === 0) return undefined;
  const query = new URLSearchParams([
    ...parameters.map(([name, value]) => [name, value]),
    ['deleted', 'true'],
    ['limit', String(MOST)],
  ]);
  const { data, has_more } = await call<Page<Conversation>>(`conversations?${query}`, { signal });
  if (data.length === 0) return undefined;
  return has_more ? `More than ${count(MOST)} conversations` : conversations(data.length);
}

/** Says of a conversation that is not found why that may be. */
export function absentText(): string {
  const isInTrash = trashDays() > 0 ? ' It may be in the trash.' : '';
  return `No such conversation, or not yours to see.${isInTrash}`;
}
