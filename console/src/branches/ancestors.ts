import type { Conversation } from '../api/objects.ts';
import { conversationOf } from './requests.ts';

/** Ancestors that are looked up. */
const MOST_ANCESTORS = 30;

/** Follows a fork to its sources, the outermost first. One that may not be read ends the way. */
export async function ancestorsOf(
  { forked_from: origin }: Conversation,
  most = MOST_ANCESTORS,
): Promise<readonly Conversation[]> {
  if (origin === undefined || origin === null || most === 0) return [];
  try {
    const source = await conversationOf(origin.conversation_id);
    return [...(await ancestorsOf(source, most - 1)), source];
  } catch {
    return [];
  }
}
