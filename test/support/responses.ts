import {
  newId,
  type CommitTurnParams,
  type CreateResponseParams,
  type NewResponse,
  type ResponseItem,
  type ResponseRecord,
  type Store,
} from '../../src/index.ts';
import { everything, key } from './store.ts';

export function newResponse(id = newId('resp'), more: Partial<NewResponse> = {}): NewResponse {
  const data = `{"id":"${id}"}`;
  return {
    id,
    createdAt: 7,
    status: 'completed',
    data,
    rest: null,
    tokens: null,
    report: null,
    ...more,
  };
}

/** An item with an id of the caller's. */
export const own = (id: string): ResponseItem => ({
  kind: 'given',
  id,
  type: 'message',
  data: `{"id":"${id}"}`,
});

/** Returns the items of these ids, all but the last as input. */
export function exchanged(...ids: readonly string[]): Pick<CommitTurnParams, 'input' | 'output'> {
  const items = ids.map((id) => ({ ...own(id), kind: 'minted' as const }));
  return { input: items.slice(0, -1), output: items.slice(-1) };
}

/** A response in a conversation of its own, with these items. */
export function newHidden(
  conversationId: string,
  responseId: string,
  ...ids: readonly string[]
): CreateResponseParams {
  const { tenant } = key(conversationId);
  return {
    tenant,
    conversationId,
    owner: 'o',
    attributes: {},
    response: newResponse(responseId),
    ...exchanged(...ids),
  };
}

/** Takes the turn of a conversation, which must be free, and returns its token. */
export async function takeTurn(store: Store, conversationId: string): Promise<string> {
  const taken = await store.turns.take({ ...key(conversationId), leaseMs: 60_000 });
  if (taken.refused !== undefined) throw new Error(`the turn was refused: ${taken.refused}`);
  return taken.token;
}

/** The parameters of a commit with these items. */
export function commitOf(
  conversationId: string,
  token: string,
  responseId: string,
  ...ids: readonly string[]
): CommitTurnParams {
  return {
    ...key(conversationId),
    token,
    continuesAt: undefined,
    response: newResponse(responseId),
    ...exchanged(...ids),
  };
}

export function findResponse(
  store: Store,
  responseId: string,
  tenant = 't',
): Promise<ResponseRecord | null> {
  return store.responses.find({ tenant, responseId, access: everything });
}
