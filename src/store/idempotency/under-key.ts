/** Writes under a key: what they store and its name under the key are one transaction. */

import type { RoundTrips, Write } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { HeldKeyRef, NewKey } from './port.ts';
import * as sql from './statements.ts';

/** Time for which outcomes are kept. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Thrown inside a transaction that has stored nothing, since its key is in use, or no longer held by its attempt. */
export class KeyNotHeld extends Error {
  constructor() {
    super('the key is not held');
  }
}

/** Thrown inside a transaction under a key that has stored nothing. */
export class NothingUnderKey extends Error {
  constructor() {
    super('nothing was stored under the key');
  }
}

/**
 * Runs a write with `claim`, which yields a row when the write has its key. In round trips, the write commits in a trip of
 * its own: one that is refused must not leave its key behind.
 */
function claiming<Result>(write: Write<Result>, claim: Query): Write<Result> {
  const stored = (result: Result): Result => {
    if (result === null) throw new NothingUnderKey();
    return result;
  };
  return {
    ...write,
    inSteps: (steps) => {
      if (steps.get(claim) === undefined) throw new KeyNotHeld();
      return stored(write.inSteps(steps));
    },
    inRoundTrips: async (trips) => {
      let isClaimed = false;
      const send: RoundTrips['send'] = async (...queries) => {
        if (isClaimed) return trips.send(...queries);
        isClaimed = true;
        const [claimed = [], ...results] = await trips.send(claim, ...queries);
        if (claimed.length === 0) throw new KeyNotHeld();
        return results;
      };
      const result = stored(await write.inRoundTrips({ send, finish: send }));
      await trips.finish();
      return result;
    },
  };
}

/** What a short write stores under a key; `itemIds` are those that it appends. */
export interface KeyedWrite {
  readonly key: NewKey;
  readonly conversationId: string;
  readonly itemIds: readonly string[] | undefined;
}

/**
 * Has a write store its outcome under a free key. It throws a `KeyNotHeld` when the key is in use, and a `NothingUnderKey`
 * for a result of null.
 */
export function underNewKey<Result>(
  write: Write<Result>,
  { key, conversationId, itemIds }: KeyedWrite,
  syntax: SqlSyntax,
): Write<Result> {
  const ids = itemIds === undefined ? null : JSON.stringify(itemIds);
  const parameters = [key.tenant, key.id, key.request, conversationId, ids, KEPT_MS];
  return claiming(write, { sql: sql.keepOutcome(syntax), parameters });
}

/** Has a write store its response under the key that its attempt holds. It throws a `KeyNotHeld` when it does not. */
export function underHeldKey<Result>(
  write: Write<Result>,
  key: HeldKeyRef,
  response: { readonly conversationId: string; readonly id: string },
  syntax: SqlSyntax,
): Write<Result> {
  const parameters = [key.tenant, key.id, key.token, response.conversationId, response.id, KEPT_MS];
  return claiming(write, { sql: sql.keepResponse(syntax), parameters });
}
