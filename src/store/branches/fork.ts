/** Making a conversation that begins with a copy of another one's items, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import { expiryCells, insertOneByOne, toRecord, type WithItems } from '../conversations/append.ts';
import { bytesOf, slotOf } from '../conversations/counts.ts';
import { Refused } from '../conversations/refusal.ts';
import { newExpiry } from '../conversations/records.ts';
import { SELECT_RESOURCE } from '../conversations/statements.ts';
import { existenceTopics } from '../conversations/topics.ts';
import type { Proof, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { integerOrNull, text, textOrNull } from '../engine/rows.ts';
import { copyOf, finishWithCopy } from './copying.ts';
import { selectSource } from './copy-statements.ts';
import type { ForkConversationParams, ForkConversationResult } from './port.ts';
import { assertWithin, BranchRefused, toSize, type Size } from './refusal.ts';
import { assertAbsentBefore, lastItems, presentQueries } from './added-items.ts';
import * as sql from './statements.ts';

type Params = WithItems<ForkConversationParams>;
export type Forked = Extract<ForkConversationResult, { readonly refused: undefined }>;

/** What a fork copies. */
interface Copied {
  readonly metadata: string;
  /** The position before which items are copied. */
  readonly until: number;
  readonly lastId: string | null;
  readonly size: Size;
}

/**
 * Makes a fork. The first trip locks the source, so that what it finds there stays until the copy is whole; the fork may
 * be in another shard, where no condition on the source can be part of a statement.
 */
export function forkConversation(params: Params, statements: FilteredStatements): Write<Forked> {
  const { tenant, source, items } = params;
  const from = { tenant, conversationId: source.conversationId };
  const lock = statements.query(selectSource, keyOf(from), source.access);
  const looks = looksAt(params);
  const forkOf = (found: Copied): Forked => forked(params, found);
  // Set when the source has been read, for the proof of a commit whose answer was lost.
  let copied: Copied | undefined;
  return {
    scope: scopeOf(params),
    changes: existenceTopics(params),
    inSteps: (steps) => {
      if (steps.get(lock) === undefined) throw new Refused({ refused: 'conversation_absent' });
      const found = copiedOf(
        looks.map((look) => steps.get(look)),
        params,
      );
      steps.run(insertion(params, found));
      steps.run(copyOf({ from, to: params, until: found.until }));
      insertOneByOne(steps, params, items, found.until, params.createdAt);
      return forkOf(found);
    },
    inRoundTrips: async (trips) => {
      const ids = presentQueries(from, items);
      const [locked = [], [basis] = [], [size] = [], present = []] = await trips.send(
        lock,
        ...looks,
        ...ids,
      );
      if (locked.length === 0) throw new Refused({ refused: 'conversation_absent' });
      copied = copiedOf([basis, size], params);
      const { until } = copied;
      assertAbsentBefore(present, items, until);
      await finishWithCopy(trips, { from, to: params, until }, statements.syntax, {
        before: [insertion(params, copied)],
        after: lastItems(params),
      });
      return forkOf(copied);
    },
    proof: presence(params, () => (copied === undefined ? undefined : forkOf(copied))),
  };
}

/** Returns the statements that find out what is copied. */
function looksAt({ tenant, source, limits }: Params): readonly [basis: Query, size: Query] {
  const { conversationId, until } = source;
  const { basis, size } = sql.SOURCE[until?.side ?? 'all'];
  const place = until === undefined ? [] : [until.itemId];
  const parameters = [tenant, conversationId, ...place];
  return [
    { sql: basis, parameters },
    // One more than may be copied.
    { sql: size, parameters: [...parameters, limits.maxItems + 1] },
  ];
}

/** Returns what is copied. Throws when the place is absent, and when there is too much. */
function copiedOf([basis, counts]: readonly (Row | undefined)[], { limits }: Params): Copied {
  if (basis === undefined || counts === undefined) {
    throw new Refused({ refused: 'conversation_absent' });
  }
  const until = integerOrNull(basis, 'until');
  if (until === null) throw new BranchRefused({ refused: 'place_absent' });
  const size = toSize(counts);
  assertWithin(size, limits);
  return { metadata: text(basis, 'metadata'), until, lastId: textOrNull(basis, 'last_id'), size };
}

function insertion(params: Params, { metadata, until, lastId, size }: Copied): Query {
  const { owner, attributes, createdAt, items, source } = params;
  const count = size.items + items.length;
  const activeAt = count === 0 ? null : createdAt;
  return {
    sql: sql.INSERT_FORK,
    parameters: [
      ...keyOf(params),
      owner,
      JSON.stringify(attributes),
      params.metadata ?? metadata,
      createdAt,
      until + items.length,
      source.conversationId,
      lastId,
      count,
      size.bytes + bytesOf(items),
      activeAt,
      slotOf(createdAt),
      ...expiryCells(params),
    ],
  };
}

function forked(params: Params, { metadata, lastId }: Copied): Forked {
  const { conversationId: id, createdAt, source, items, expiry } = params;
  return {
    refused: undefined,
    conversation: {
      id,
      metadata: params.metadata ?? metadata,
      createdAt,
      ...newExpiry(expiry, createdAt),
      revision: 0,
      forkedFrom: { conversationId: source.conversationId, itemId: lastId },
    },
    items: items.map(toRecord),
  };
}

/** Finds the fork, of which the id is made for it: if it is there, its write was committed. */
function presence(params: Params, result: () => Forked | undefined): Proof<Forked> {
  return {
    query: { sql: SELECT_RESOURCE, parameters: keyOf(params) },
    result: (rows) => (rows.length > 0 ? result() : undefined),
  };
}
