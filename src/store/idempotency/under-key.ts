/** Writes under a key: what they store and its name under the key are one transaction. */

import type { RoundTrips, Write } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { HeldKeyRef, NewKey, RewindNames } from './port.ts';
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
function claiming<Result>(
  write: Write<Result>,
  claim: Query,
  lastOf: (result: Result) => readonly Query[] = () => [],
): Write<Result> {
  const stored = (result: Result): Result => {
    if (result === null) throw new NothingUnderKey();
    return result;
  };
  return {
    ...write,
    inSteps: (steps) => {
      if (steps.get(claim) === undefined) throw new KeyNotHeld();
      const result = stored(write.inSteps(steps));
      for (const query of lastOf(result)) steps.run(query);
      return result;
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
      await trips.finish(...lastOf(result));
      return result;
    },
  };
}

/** What a short write stores under a key. */
export interface KeyedWrite<Result> {
  readonly key: NewKey;
  readonly conversationId: string;
  /** The items that the write appends; `undefined` for a write of a conversation. */
  readonly itemIds: readonly string[] | undefined;
  /** Returns the names of an outcome that is known only when it is stored; left out for the items. */
  readonly namesOf?: (result: Result) => RewindNames;
}

/**
 * Has a write store its outcome under a free key. It throws a `KeyNotHeld` when the key is in use, and a `NothingUnderKey`
 * for a result of null.
 */
export function underNewKey<Result>(
  write: Write<Result>,
  { key, conversationId, itemIds, namesOf }: KeyedWrite<Result>,
  syntax: SqlSyntax,
): Write<Result> {
  const ids = itemIds === undefined ? null : JSON.stringify(itemIds);
  const parameters = [key.tenant, key.id, key.request, conversationId, ids, KEPT_MS];
  const claim = { sql: sql.keepOutcome(syntax), parameters };
  if (namesOf === undefined) return claiming(write, claim);
  return claiming(write, claim, (result) => {
    const names = JSON.stringify(namesOf(result));
    return [{ sql: sql.NAME_OUTCOME, parameters: [key.tenant, key.id, names] }];
  });
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
