/** Adding a response to those that are made in the background. */

import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import { currentNotes } from '../../observe/request-notes.ts';
import type { NewBackgroundResponse } from '../../store/background/port.ts';
import type { HeldKeyRef } from '../../store/idempotency/port.ts';
import type { ConversationKey } from '../../store/conversations/port.ts';
import { assertMayCreate } from '../may-create.ts';
import { continuable } from '../responses/target.ts';
import type { WhenBusy } from '../responses/turns.ts';
import type { BackgroundContext } from './context.ts';
import { requestText, type Place, type StoredRequest } from './stored-request.ts';

const ID_PREFIX = 'resp';
const HIDDEN_PREFIX = 'conv';

export interface Queued {
  readonly key: ConversationKey;
  readonly response: NewBackgroundResponse;
  readonly stored: StoredRequest;
}

type Queueing = Pick<BackgroundContext, 'store' | 'authorizer' | 'turns'>;

/** Adds a response where its request says. Throws an `ApiError` when it may not be made there. */
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
  await context.store.background.queueAlone({ ...key, ...ownership(principal), ...made });
  return { key, ...made };
}

type NewResponseAt = (place: Place) => Omit<Queued, 'key'>;

async function inConversation(
  { store, authorizer, turns }: Queueing,
  principal: Principal,
  conversationId: string,
  newResponse: NewResponseAt,
  whenBusy: WhenBusy,
): Promise<Queued> {
  const key = { tenant: principal.tenant, conversationId };
  const conversation = { ...key, access: authorizer.filter(principal, 'read', 'update') };
  const made = newResponse('named');
  const { refused } = await store.background.queue({
    ...conversation,
    response: made.response,
    continuesAt: undefined,
    mustBeFree: whenBusy === 'reject',
  });
  if (refused === 'conversation_busy') throw apiError('conversation_locked');
  if (refused !== undefined) throw apiError('conversation_not_found', { id: conversationId });
  if (whenBusy === 'interrupt') {
    const { signal } = new AbortController();
    await (await turns.take(conversation, { whenBusy, signal }))?.release();
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
  const { store, authorizer } = context;
  const { tenant } = principal;
  const access = authorizer.filter(principal, 'read');
  const previous = await continuable(store, { tenant, responseId: previousId, access });
  const { conversationId, endPosition: until, isHidden, isNewest } = previous;
  if (isHidden && isNewest) {
    const key = { tenant, conversationId };
    const made = newResponse('continued');
    const updatable = authorizer.filter(principal, 'read', 'update');
    const { refused } = await store.background.queue({
      ...key,
      access: updatable,
      response: made.response,
      continuesAt: until,
      mustBeFree: true,
    });
    if (refused === undefined) return { key, ...made };
  }
  assertMayCreate(context.authorizer, principal);
  const made = newResponse('own');
  const key = newKey(principal);
  const source = { conversationId, access, until };
  const fork = { ...key, ...ownership(principal), ...made, source, isMoved: false };
  if (!(await store.background.queueFork(fork))) {
    throw apiError('previous_response_not_found', { id: previousId });
  }
  return { key, ...made };
}

function newKey({ tenant }: Principal): ConversationKey {
  return { tenant, conversationId: newId(HIDDEN_PREFIX) };
}

function ownership({ owner, attributes }: Principal) {
  return { owner, attributes };
}
