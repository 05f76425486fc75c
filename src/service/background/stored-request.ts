/** The request of a response in the background, as text of the store. */

import type { Principal } from '../../access/principal.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { BackgroundResponse } from '../../store/background/port.ts';
import type { ResponseHead } from '../responses/turn-response.ts';

/**
 * The conversation in which a response is made.
 * - `named`: the request names it.
 * - `continued`: the hidden one of the response that it continues.
 * - `own`: a hidden one that was made for it, with a copy of the history if it continues a response.
 */
export type Place = 'named' | 'continued' | 'own';

export interface StoredRequest {
  readonly request: ResponseRequest;
  readonly principal: Principal;
  /** The model's name, also where the request has none. */
  readonly model: string;
  readonly place: Place;
  /** The id of the HTTP request. */
  readonly requestId: string | undefined;
}

export function requestText(stored: StoredRequest): string {
  return JSON.stringify(stored);
}

export function storedRequest({ request, tenant }: BackgroundResponse): StoredRequest {
  // Sound: `requestText` has written it. What was undefined is absent.
  const stored = JSON.parse(request) as StoredRequest;
  // The conversation may have been given to another tenant.
  return { ...stored, principal: { ...stored.principal, tenant } };
}

/** Returns the fields of a response that stay the same. */
export function headOf(
  { id, createdAt }: Pick<BackgroundResponse, 'id' | 'createdAt'>,
  { request, model }: Pick<StoredRequest, 'request' | 'model'>,
): ResponseHead {
  const { conversationId, echo } = request;
  return { id, createdAt, model, conversationId, echo };
}
