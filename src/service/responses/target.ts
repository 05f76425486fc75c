/** Where a turn reads its history, and where it stores what it brings. */

import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { ConversationRef } from '../../store/conversations/port.ts';
import type { FindResponseParams, ResponseRecord } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import type { HistoryRef } from './history.ts';
import type { HeldTurn } from './held-turn.ts';
import type { Turns, WhenBusy } from './turns.ts';

/** Where what a turn brings is stored. */
export type Destination =
  /** Nowhere. */
  | { readonly kind: 'none' }
  /** In a hidden conversation that is made for it. */
  | { readonly kind: 'new' }
  /** In a conversation, of which the turn is held; at the position `continuesAt`, unless that is `undefined`. */
  | {
      readonly kind: 'conversation';
      readonly conversation: ConversationRef;
      readonly turn: HeldTurn;
      readonly continuesAt: number | undefined;
    }
  /** In a hidden conversation that begins with a copy of the history. */
  | { readonly kind: 'fork'; readonly source: ConversationRef; readonly until: number };

export interface Target {
  /** `undefined` for a turn without one. */
  readonly history: HistoryRef | undefined;
  readonly destination: Destination;
}

export interface Targets {
  readonly store: Pick<Store, 'conversations' | 'responses'>;
  readonly authorizer: Authorizer;
  readonly turns: Turns;
}

/** Statuses of responses that can be continued. */
const CONTINUABLE = ['completed', 'incomplete'];

/**
 * Finds where a request reads and stores, and takes the turn of its conversation. Throws an `ApiError` when the
 * conversation or the response is absent, or may not be used so.
 */
export async function targetOf(
  targets: Targets,
  principal: Principal,
  request: Pick<ResponseRequest, 'conversationId' | 'previousResponseId' | 'store'>,
  options: { readonly whenBusy: WhenBusy; readonly signal: AbortSignal },
): Promise<Target> {
  const { conversationId, previousResponseId, store } = request;
  if (conversationId !== undefined) {
    return conversationTarget(targets, principal, { conversationId, store }, options);
  }
  if (previousResponseId !== undefined) {
    return continuation(targets, principal, { previousResponseId, store }, options);
  }
  return { history: undefined, destination: { kind: store ? 'new' : 'none' } };
}

async function conversationTarget(
  { store: { conversations }, authorizer, turns }: Targets,
  principal: Principal,
  { conversationId, store }: { readonly conversationId: string; readonly store: boolean },
  { whenBusy, signal }: { readonly whenBusy: WhenBusy; readonly signal: AbortSignal },
): Promise<Target> {
  const { tenant } = principal;
  const absence = (): Error => apiError('conversation_not_found', { id: conversationId });
  if (!store) {
    const access = authorizer.filter(principal, 'read');
    const conversation = { tenant, conversationId, access };
    if ((await conversations.get(conversation)) === null) throw absence();
    return { history: { conversation, until: undefined }, destination: { kind: 'none' } };
  }
  const access = authorizer.filter(principal, 'read', 'update');
  const conversation = { tenant, conversationId, access };
  const turn = await turns.take(conversation, { whenBusy, signal });
  if (turn === null) throw absence();
  return {
    history: { conversation, until: undefined },
    destination: { kind: 'conversation', conversation, turn, continuesAt: undefined },
  };
}

async function continuation(
  { store: { responses }, authorizer, turns }: Targets,
  principal: Principal,
  {
    previousResponseId: id,
    store,
  }: { readonly previousResponseId: string; readonly store: boolean },
  { signal }: { readonly signal: AbortSignal },
): Promise<Target> {
  const { tenant } = principal;
  const access = authorizer.filter(principal, 'read');
  const previous = await continuable({ responses }, { tenant, responseId: id, access });
  const { conversationId, endPosition: until, isHidden, isNewest } = previous;
  const source = { tenant, conversationId, access };
  const history = { conversation: source, until };
  if (!store) return { history, destination: { kind: 'none' } };
  const fork: Target = { history, destination: { kind: 'fork', source, until } };
  if (!isHidden || !isNewest) return fork;
  const updatable = authorizer.filter(principal, 'read', 'update');
  const conversation = { tenant, conversationId, access: updatable };
  // Another request that continues the same response goes ahead; this one then becomes a branch.
  const taking = turns.take(conversation, { whenBusy: 'reject', signal });
  const turn = await taking.catch((error: unknown) => {
    if (isLocked(error)) return null;
    throw error;
  });
  if (turn === null) return fork;
  return {
    history,
    destination: { kind: 'conversation', conversation, turn, continuesAt: until },
  };
}

/** Returns a response that can be continued. Throws `previous_response_not_found`. */
export async function continuable(
  { responses }: Pick<Store, 'responses'>,
  params: FindResponseParams,
): Promise<ResponseRecord> {
  const previous = await responses.find(params);
  if (previous !== null && CONTINUABLE.includes(previous.status)) return previous;
  throw apiError('previous_response_not_found', { id: params.responseId });
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'conversation_locked';
}
