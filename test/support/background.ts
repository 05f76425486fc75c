import { newId, type NewBackgroundResponse, type Store, type TurnRef } from '../../src/index.ts';
import { key } from './store.ts';

export function newBackground(
  id = newId('resp'),
  more: Partial<NewBackgroundResponse> = {},
): NewBackgroundResponse {
  return { id, createdAt: 7, isStreamed: true, request: '{}', ...more };
}

/** Adds a response to those that wait in a conversation, which must be there. */
export async function queueIn(
  store: Store,
  conversationId: string,
  id: string,
  more: Partial<NewBackgroundResponse> = {},
): Promise<void> {
  const { refused } = await store.background.queue({
    ...key(conversationId),
    response: newBackground(id, more),
    continuesAt: undefined,
    mustBeFree: false,
  });
  if (refused !== undefined) throw new Error(`the response was refused: ${refused}`);
}

/** Adds a response, and asks a model for it in a turn of its conversation. */
export async function beginBackground(
  store: Store,
  conversationId: string,
  responseId: string,
): Promise<TurnRef & { readonly responseId: string }> {
  await queueIn(store, conversationId, responseId);
  const taken = await store.turns.take({ ...key(conversationId), leaseMs: 60_000 });
  if (taken.refused !== undefined) throw new Error(`the turn was refused: ${taken.refused}`);
  const asked = { ...key(conversationId), token: taken.token, responseId };
  await store.background.ask(asked);
  return asked;
}
