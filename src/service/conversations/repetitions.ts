/** The outcomes of requests that were carried out already, as they are stored now. */

import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { RowFilter } from '../../base/row-filter.ts';
import type {
  ConversationReader,
  ConversationRecord,
  ItemRecord,
} from '../../store/conversations/port.ts';
import type { KeptOutcome, NewKey, RewindNames, UsedKey } from '../../store/idempotency/port.ts';
import { outcomeUnder, storedKey, type RequestKey } from '../idempotency/request-key.ts';

/** Returns the part of a write's parameters that keeps its outcome under the key of the request. */
export function keptUnder(
  principal: Principal,
  key: RequestKey | undefined,
): { readonly key: NewKey | undefined } {
  return { key: key === undefined ? undefined : storedKey(principal, key) };
}

/** The key of a repeated request, as the store knows it, and what the principal may see of the outcome. */
export interface Repetition {
  readonly key: RequestKey | undefined;
  readonly used: UsedKey;
  readonly tenant: string;
  readonly access: RowFilter;
}

type Outcome<Kind extends KeptOutcome['kind']> = Extract<KeptOutcome, { readonly kind: Kind }>;

/** Returns the conversation that an earlier attempt has made or changed. Throws an `ApiError` when it is gone. */
export async function repeatedConversation(
  store: Pick<ConversationReader, 'get'>,
  repetition: Repetition,
): Promise<ConversationRecord> {
  const { conversationId } = outcomeOf(repetition, 'conversation');
  const { tenant, access } = repetition;
  const conversation = await store.get({ tenant, conversationId, access });
  if (conversation === null) throw apiError('conversation_not_found', { id: conversationId });
  repetition.key?.onReplay();
  return conversation;
}

/**
 * Returns the items that an earlier attempt has appended, without those that were deleted since. Throws an `ApiError`
 * when all of them, or their conversation, are gone.
 */
export async function repeatedItems(
  store: Pick<ConversationReader, 'getItems'>,
  repetition: Repetition,
): Promise<readonly ItemRecord[]> {
  const { conversationId, itemIds } = outcomeOf(repetition, 'items');
  const { tenant, access } = repetition;
  const items = await store.getItems({ tenant, conversationId, access, itemIds });
  if (items === null) throw apiError('conversation_not_found', { id: conversationId });
  const [first] = itemIds;
  if (items.length === 0 && first !== undefined) throw apiError('item_not_found', { id: first });
  repetition.key?.onReplay();
  return items;
}

/** Returns what an earlier attempt has removed and appended, without the items that were deleted since. */
export async function repeatedRewind(
  store: Pick<ConversationReader, 'getItems'>,
  repetition: Repetition,
): Promise<Omit<RewindNames, 'itemIds'> & { readonly items: readonly ItemRecord[] }> {
  const { conversationId, itemIds, deletedIds, deletedCount } = outcomeOf(repetition, 'rewind');
  const { tenant, access } = repetition;
  const items = await store.getItems({ tenant, conversationId, access, itemIds });
  if (items === null) throw apiError('conversation_not_found', { id: conversationId });
  repetition.key?.onReplay();
  return { items, deletedIds, deletedCount };
}

function outcomeOf<Kind extends KeptOutcome['kind']>(
  { key, used }: Repetition,
  kind: Kind,
): Outcome<Kind> {
  const outcome = key === undefined ? undefined : outcomeUnder(used, key);
  if (outcome?.kind !== kind) throw apiError('idempotency_key_reused');
  // Sound: it is of that kind.
  return outcome as Outcome<Kind>;
}
