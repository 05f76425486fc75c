/** Sizes of requests, in the tokens of a context and in bytes. */

import { textBytes } from '../../context/measure.ts';
import type { ModelFailure, ModelRequest } from '../../model/port.ts';
import type { TurnEvent } from '../generation/events.ts';

/** Part of a context that is left to the answer, and the most tokens of it, unless the request has a limit. */
const ANSWER_SHARE = 1 / 4;
const USUAL_ANSWER_TOKENS = 8_192;
/** Part of a context that a limit of the answer leaves to the request at least. */
const LEAST_REQUEST_SHARE = 1 / 4;
/** Part of a context that estimates may be wrong by. */
const TOLERANCE_SHARE = 1 / 32;

/** Returns the tokens of a context that the request may take. */
export function requestTokens(
  length: number,
  { maxOutputTokens }: Pick<ModelRequest, 'maxOutputTokens'>,
): number {
  const answer =
    maxOutputTokens === undefined
      ? Math.min(length * ANSWER_SHARE, USUAL_ANSWER_TOKENS)
      : Math.min(maxOutputTokens, length * (1 - LEAST_REQUEST_SHARE));
  return length * (1 - TOLERANCE_SHARE) - answer;
}

/** Returns the bytes of what each request sends besides its items. */
export function fixedBytes({
  instructions = '',
  tools = [],
  format,
}: Omit<ModelRequest, 'items'>): number {
  const described = [tools, format].map((value) => JSON.stringify(value) ?? '').join('');
  return (
    textBytes(instructions) +
    (tools.length === 0 && format === undefined ? 0 : textBytes(described))
  );
}

type Overflow = Extract<ModelFailure, { readonly kind: 'context_length_exceeded' }>;

/** Returns the failure of a request that was too long; `undefined` for any other answer. */
export function overflowOf([event]: readonly TurnEvent[]): Overflow | undefined {
  if (event?.type !== 'failure') return undefined;
  return event.failure.kind === 'context_length_exceeded' ? event.failure : undefined;
}
