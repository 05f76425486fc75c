/** Taking a conversation back to an item, in the two forms of a write. */

import type { Recording } from '../changes/recording.ts';
import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import { insertOneByOne, presence, toRecord, type WithItems } from '../conversations/append.ts';
import { growthOf } from '../conversations/counts.ts';
import { conversationTopic } from '../conversations/topics.ts';
import { eraseWords, wordsDeletion } from '../search/erasure.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { keepItems } from '../retention/held.ts';
import { NothingStored } from '../responses/commit.ts';
import { RELEASE_TURN } from '../turns/statements.ts';
import type { RewindParams, Rewound } from './port.ts';
import { assertAbsentBefore, lastItems, presentQueries } from './added-items.ts';
import { assertWithin, BranchRefused, HistoryChanged } from './refusal.ts';
import * as sql from './statements.ts';

/** Answers name so many of the items that were removed. */
const MOST_NAMED_IDS = 1_000;

type Params = WithItems<RewindParams>;

/** What a rewind finds under its lock. */
interface Found {
  /** The position from which on items are removed. */
  readonly from: number;
  readonly nextPosition: number;
  readonly revision: number;
  readonly removedIds: readonly string[];
  /** Bytes of the removed items. */
  readonly bytes: number;
}

/**
 * Rewinds a conversation. The first trip locks it, so that what is removed is what it has found. Throws a
 * `NothingStored` when the conversation is absent or its turn lost.
 */
export function rewindConversation(
  params: Params,
  statements: FilteredStatements,
  recording: Recording,
): Write<Rewound> {
  const { items, token, access, createdAt } = params;
  const lock = statements.query(sql.lockForRewind, [...keyOf(params), token], access);
  const looks = looksAt(params);
  // Set when the items have been read, for the proof of a commit whose answer was lost.
  let seen: Found | undefined;
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    erases: true,
    inSteps: (steps) => {
      const locked = steps.all(lock);
      if (locked.length === 0) throw new NothingStored();
      const found = foundOf(params, [locked, ...looks.map((look) => steps.all(look))]);
      if (isChange(params, found))
        eraseWords(steps, params, { kind: 'rest', position: found.from });
      for (const query of removal(params, found, recording, statements.syntax)) steps.run(query);
      insertOneByOne(steps, params, items, found.nextPosition, createdAt);
      steps.run(release(params));
      return rewound(params, found);
    },
    inRoundTrips: async (trips) => {
      const [locked = [], place = [], removed = [], present = []] = await trips.send(
        lock,
        ...looks,
        ...presentQueries(params, items),
      );
      if (locked.length === 0) throw new NothingStored();
      seen = foundOf(params, [locked, place, removed]);
      assertAbsentBefore(present, items, seen.from);
      await trips.finish(
        ...removal(params, seen, recording, statements.syntax),
        ...lastItems(params),
        release(params),
      );
      return rewound(params, seen);
    },
    ...(items.some(({ isMinted }) => isMinted) && {
      proof: presence(params, items, () =>
        seen === undefined ? undefined : rewound(params, seen),
      ),
    }),
  };
}

/** Returns the statements that find the place, and the items from there on. */
function looksAt({ from, limits, ...key }: Params): readonly Query[] {
  const { place, removed } = sql.REWIND[from.side];
  const parameters = [...keyOf(key), from.itemId];
  return [
    { sql: place, parameters },
    // One more than may be removed.
    { sql: removed, parameters: [...parameters, limits.maxItems + 1] },
  ];
}

/** Returns what is removed. Throws when the place is absent, when there is too much, and when other items are expected. */
function foundOf(
  { limits, expectedIds }: Params,
  [locked = [], place = [], removed = []]: readonly (readonly Row[])[],
): Found {
  const [[conversation], [at]] = [locked, place];
  if (conversation === undefined) throw new NothingStored();
  if (at === undefined) throw new BranchRefused({ refused: 'place_absent' });
  const bytes = removed.reduce((sum, row) => sum + integer(row, 'bytes'), 0);
  assertWithin({ items: removed.length, bytes }, limits);
  const removedIds = removed.map((row) => text(row, 'id'));
  const isExpected =
    expectedIds === undefined ||
    (expectedIds.length === removedIds.length &&
      expectedIds.every((id, index) => id === removedIds[index]));
  if (!isExpected) throw new HistoryChanged();
  return {
    from: integer(at, 'position'),
    nextPosition: integer(conversation, 'next_position'),
    revision: integer(conversation, 'revision'),
    removedIds,
    bytes,
  };
}

/** Records and counts what changes, and deletes what is removed. */
function removal(
  params: Params,
  found: Found,
  recording: Recording,
  syntax: SqlSyntax,
): readonly Query[] {
  if (!isChange(params, found)) return [];
  const { items, createdAt } = params;
  const { removedIds, bytes, from } = found;
  const counts = [...growthOf(items, createdAt), removedIds.length, bytes];
  return [
    ...recording.change('conversation.rewound', params, from),
    { sql: sql.COUNT_REWIND, parameters: [...keyOf(params), ...counts] },
    { sql: keepItems('items.position >= $3', syntax), parameters: [...keyOf(params), from] },
    wordsDeletion(params, { kind: 'rest', position: from }),
    { sql: sql.DELETE_ITEMS_FROM, parameters: [...keyOf(params), from] },
  ];
}

function isChange({ items }: Params, { removedIds }: Found): boolean {
  return items.length + removedIds.length > 0;
}

function release(params: Params): Query {
  return { sql: RELEASE_TURN, parameters: [...keyOf(params), params.token] };
}

function rewound(params: Params, found: Found): Rewound {
  return {
    refused: undefined,
    deletedIds: found.removedIds.slice(0, MOST_NAMED_IDS),
    deletedCount: found.removedIds.length,
    items: params.items.map(toRecord),
    revision: found.revision + (isChange(params, found) ? 1 : 0),
  };
}
