/** Adding a response to those that are made in the background. */

import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import { currentNotes } from '../../observe/request-notes.ts';
import type {
  BackgroundResponse,
  NewBackgroundResponse,
  QueueResult,
} from '../../store/background/port.ts';
import type { HeldKeyRef } from '../../store/idempotency/port.ts';
import type { ConversationKey } from '../../store/conversations/port.ts';
import { assertMayCreate } from '../may-create.ts';
import { continuable } from '../responses/target.ts';
import type { WhenBusy } from '../responses/turns.ts';
import type { BackgroundContext } from './context.ts';
import type { BackgroundRunner } from './runner.ts';
import { requestText, type Place, type StoredRequest } from './stored-request.ts';

const ID_PREFIX = 'resp';
const HIDDEN_PREFIX = 'conv';

export interface Queued {
  readonly key: ConversationKey;
  readonly response: NewBackgroundResponse;
  readonly stored: StoredRequest;
}

interface Queueing extends Pick<BackgroundContext, 'store' | 'authorizer' | 'turns'> {
  readonly runner: BackgroundRunner;
}

/** Adds a response where its request says, and begins to make it. Throws an `ApiError` when it may not be made there. */
export async function queued(
  context: Queueing,
  principal: Principal,
  {
    key: heldKey,
    ...given
  }: {
    readonly request: ResponseRequest;
    readonly model: string;
    readonly key: HeldKeyRef | undefined;
  },
  whenBusy: WhenBusy,
): Promise<Queued> {
  const { request } = given;
  const id = newId(ID_PREFIX);
  const createdAt = Date.now();
  const newResponse = (place: Place): Omit<Queued, 'key'> => {
    const stored = { ...given, principal, place, requestId: currentNotes()?.id };
    const isStreamed = request.stream;
    const text = requestText(stored);
    return { response: { id, createdAt, isStreamed, request: text, key: heldKey }, stored };
  };
  if (request.conversationId !== undefined) {
    return inConversation(context, principal, request.conversationId, newResponse, whenBusy);
  }
  if (request.previousResponseId !== undefined) {
    return afterResponse(context, principal, request.previousResponseId, newResponse);
  }
  assertMayCreate(context.authorizer, principal);
  const made = newResponse('own');
  const key = newKey(principal);
  const alone = { ...key, ...ownership(principal), ...made };
  await context.runner.add(waiting(key, made), (leaseMs) =>
    context.store.background.queueAlone({ ...alone, leaseMs }),
  );
  return { key, ...made };
}

type NewResponseAt = (place: Place) => Omit<Queued, 'key'>;

async function inConversation(
  { store, authorizer, turns, runner }: Queueing,
  principal: Principal,
  conversationId: string,
  newResponse: NewResponseAt,
  whenBusy: WhenBusy,
): Promise<Queued> {
  const key = { tenant: principal.tenant, conversationId };
  const conversation = { ...key, access: authorizer.filter(principal, 'read', 'update') };
  const made = newResponse('named');
  const isFree = { continuesAt: undefined, mustBeFree: whenBusy === 'reject' };
  const queue = (leaseMs: number | undefined): Promise<QueueResult> =>
    store.background.queue({ ...conversation, ...isFree, response: made.response, leaseMs });
  const { refused } = await (whenBusy === 'interrupt'
    ? queue(undefined)
    : runner.add(waiting(key, made), queue));
  if (refused === 'conversation_busy') throw apiError('conversation_locked');
  if (refused !== undefined) throw apiError('conversation_not_found', { id: conversationId });
  if (whenBusy === 'interrupt') {
    const { signal } = new AbortController();
    await (await turns.take(conversation, { whenBusy, signal }))?.release();
    runner.wake(key);
  }
  return { key, ...made };
}

/** Adds a response after another one: in its hidden conversation when nothing else goes on there, or in a fork. */
async function afterResponse(
  context: Queueing,
  principal: Principal,
  previousId: string,
  newResponse: NewResponseAt,
): Promise<Queued> {
  const { store, authorizer, runner } = context;
  const { tenant } = principal;
  const access = authorizer.filter(principal, 'read');
  const previous = await continuable(store, { tenant, responseId: previousId, access });
  const { conversationId, endPosition: until, isHidden, isNewest } = previous;
  if (isHidden && isNewest) {
    const key = { tenant, conversationId };
    const made = newResponse('continued');
    const updatable = authorizer.filter(principal, 'read', 'update');
    const conversation = { ...key, access: updatable };
    const isFree = { continuesAt: until, mustBeFree: true };
    const { response } = made;
    const { refused } = await runner.add(waiting(key, made, until), (leaseMs) =>
      store.background.queue({ ...conversation, ...isFree, response, leaseMs }),
    );
    if (refused === undefined) return { key, ...made };
  }
  assertMayCreate(context.authorizer, principal);
  const made = newResponse('own');
  const key = newKey(principal);
  const source = { conversationId, access, until };
  const fork = { ...key, ...ownership(principal), ...made, source, isMoved: false };
  const { refused } = await runner.add(waiting(key, made), (leaseMs) =>
    store.background.queueFork({ ...fork, leaseMs }),
  );
  if (refused !== undefined) throw apiError('previous_response_not_found', { id: previousId });
  return { key, ...made };
}

/** Returns a response as the store has it while it waits. */
function waiting(
  key: ConversationKey,
  { response }: Pick<Queued, 'response'>,
  continuesAt?: number,
): BackgroundResponse {
  return { ...key, ...response, continuesAt, hasMovedOn: false, token: undefined };
}

function newKey({ tenant }: Principal): ConversationKey {
  return { tenant, conversationId: newId(HIDDEN_PREFIX) };
}

function ownership({ owner, attributes }: Principal) {
  return { owner, attributes };
}
