/** Requests that a client may repeat under the same key. */

import { hash } from 'node:crypto';
import { Type } from 'typebox';
import { isJsonObject } from '../../base/json-object.ts';
import { IDEMPOTENCY_KEY } from '../../contract/errors/idempotency.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { RequestKey } from '../../service/idempotency/request-key.ts';
import type { Call } from '../http/call.ts';
import type { Route } from '../http/route.ts';

const VISIBLE_ASCII = '^[\\x21-\\x7e]{1,255}$';
const FORM = new RegExp(VISIBLE_ASCII);
const FINGERPRINT = 'x-colloquy-fingerprint';
const REPLAYED = 'idempotent-replayed';

/** The headers as a route declares them. */
export const IDEMPOTENCY_HEADER: NonNullable<Route['headers']> = {
  [IDEMPOTENCY_KEY]: {
    description: `A text made for this request. A repetition with the same key within 24 hours stores nothing twice: it is answered with what the request has stored, and with the header \`${REPLAYED}: true\`.`,
    schema: Type.Optional(Type.String({ pattern: VISIBLE_ASCII })),
  },
  [FINGERPRINT]: {
    description: `A text that stands for the request under its \`${IDEMPOTENCY_KEY}\`: repetitions are compared by it, and not by their bodies. For clients whose requests depend on what they have read.`,
    schema: Type.Optional(Type.String({ pattern: VISIBLE_ASCII })),
  },
};

/** Returns the key of a request; `undefined` without one. Throws an `ApiError` for one of another form. */
export function requestKeyOf(
  { method, path: template }: Pick<Route, 'method' | 'path'>,
  call: Pick<Call, 'header' | 'path' | 'body' | 'addHeader'>,
): RequestKey | undefined {
  const key = call.header(IDEMPOTENCY_KEY.toLowerCase());
  if (key === undefined) return undefined;
  if (!FORM.test(key)) throw apiError('invalid_idempotency_key');
  const fingerprint = call.header(FINGERPRINT);
  if (fingerprint !== undefined && !FORM.test(fingerprint)) {
    throw apiError('invalid_fingerprint', { param: FINGERPRINT });
  }
  const content = fingerprint === undefined ? (call.body ?? null) : { fingerprint };
  const request = JSON.stringify([method, template, call.path, content], inOrder);
  return {
    key,
    request: hash('sha256', request),
    onReplay: () => call.addHeader(REPLAYED, 'true'),
  };
}

/** Has `JSON.stringify` write the fields of an object in the order of their names. */
function inOrder(_name: string, value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
