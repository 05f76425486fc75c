import { hash } from 'node:crypto';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { KeptOutcome, NewKey, UsedKey } from '../../store/idempotency/port.ts';

/** The key of a client's request. */
export interface RequestKey {
  /** The text that the client has sent. */
  readonly key: string;
  /** A digest of the request, the same in every repetition. */
  readonly request: string;
  /** Called when the answer is what an earlier attempt has stored. */
  readonly onReplay: () => void;
}

/** Returns the key as the store keeps it: one of its owner alone, without the client's text. */
export function storedKey({ tenant, owner }: Principal, { key, request }: RequestKey): NewKey {
  return { tenant, id: `key_${hash('sha256', JSON.stringify([owner, key]))}`, request };
}

/** Returns the outcome under a key; `undefined` while an attempt runs. Throws an `ApiError` for a key of another request. */
export function outcomeUnder(
  used: UsedKey,
  { request }: Pick<NewKey, 'request'>,
): KeptOutcome | undefined {
  if (used.request !== request) throw apiError('idempotency_key_reused');
  return used.outcome;
}
