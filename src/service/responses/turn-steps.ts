/** The steps of a turn, and the ways to end it from outside. */

import type { ApiError } from '../../contract/errors/registry.ts';
import type { ResponseObject } from '../../contract/responses/response.ts';
import type { StreamEvent } from '../../contract/responses/stream-events.ts';
import type { TerminalType } from './turn-response.ts';

/** The last step of a turn, which is made after all is stored. */
export interface LastStep {
  readonly isLast: true;
  readonly event: StreamEvent<TerminalType>;
  readonly response: ResponseObject;
  /** Set when the response has failed. */
  readonly error: ApiError | undefined;
}

/** Events that are to be sent. */
export type Step = { readonly isLast: false; readonly events: readonly StreamEvent[] } | LastStep;

/** How a turn is given up. */
export type GivenUp =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: ApiError };
