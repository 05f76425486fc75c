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

interface Named {
  readonly conversationId: string | undefined;
  readonly previousResponseId: string | undefined;
}

/**
 * Finds where a request reads and stores, and takes the turn of its conversation. Throws an `ApiError` when the
 * conversation or the response is absent, or may not be used so.
 */
export async function targetOf(
  targets: Targets,
  principal: Principal,
  request: Named & Pick<ResponseRequest, 'store'>,
  options: { readonly whenBusy: WhenBusy; readonly signal: AbortSignal },
): Promise<Target> {
  const { conversationId, previousResponseId, store } = request;
  if (!store) {
    const history = await historyOf(targets, principal, request);
    return { history, destination: { kind: 'none' } };
  }
  if (conversationId !== undefined) {
    return conversationTarget(targets, principal, conversationId, options);
  }
  if (previousResponseId !== undefined) {
    return continuation(targets, principal, previousResponseId, options);
  }
  return { history: undefined, destination: { kind: 'new' } };
}

/**
 * Finds where a request reads that stores nothing; `undefined` for one that continues nothing. Throws an `ApiError` when
 * the conversation or the response is absent, or may not be read.
 */
export async function historyOf(
  targets: Omit<Targets, 'turns'>,
  principal: Principal,
  { conversationId, previousResponseId }: Named,
): Promise<HistoryRef | undefined> {
  if (conversationId !== undefined) {
    const access = targets.authorizer.filter(principal, 'read');
    const conversation = { tenant: principal.tenant, conversationId, access };
    const found = await targets.store.conversations.get(conversation);
    if (found === null) throw apiError('conversation_not_found', { id: conversationId });
    return { conversation, until: undefined };
  }
  if (previousResponseId === undefined) return undefined;
  const { endPosition: until, ...previous } = await continued(
    targets,
    principal,
    previousResponseId,
  );
  return { conversation: sourceOf(targets, principal, previous), until };
}

async function conversationTarget(
  { authorizer, turns }: Targets,
  principal: Principal,
  conversationId: string,
  { whenBusy, signal }: { readonly whenBusy: WhenBusy; readonly signal: AbortSignal },
): Promise<Target> {
  const access = authorizer.filter(principal, 'read', 'update');
  const conversation = { tenant: principal.tenant, conversationId, access };
  const turn = await turns.take(conversation, { whenBusy, signal });
  if (turn === null) throw apiError('conversation_not_found', { id: conversationId });
  return {
    history: { conversation, until: undefined },
    destination: { kind: 'conversation', conversation, turn, continuesAt: undefined },
  };
}

async function continuation(
  targets: Targets,
  principal: Principal,
  previousResponseId: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Target> {
  const { authorizer, turns } = targets;
  const previous = await continued(targets, principal, previousResponseId);
  const { conversationId, endPosition: until, isHidden, isNewest } = previous;
  const source = sourceOf(targets, principal, previous);
  const history = { conversation: source, until };
  const fork: Target = { history, destination: { kind: 'fork', source, until } };
  if (!isHidden || !isNewest) return fork;
  const updatable = authorizer.filter(principal, 'read', 'update');
  const conversation = { tenant: principal.tenant, conversationId, access: updatable };
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

/** Returns the response that a request continues. */
function continued(
  { store, authorizer }: Omit<Targets, 'turns'>,
  principal: Principal,
  responseId: string,
): Promise<ResponseRecord> {
  const access = authorizer.filter(principal, 'read');
  return continuable(store, { tenant: principal.tenant, responseId, access });
}

function sourceOf(
  { authorizer }: Pick<Targets, 'authorizer'>,
  principal: Principal,
  { conversationId }: Pick<ResponseRecord, 'conversationId'>,
): ConversationRef {
  const access = authorizer.filter(principal, 'read');
  return { tenant: principal.tenant, conversationId, access };
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
