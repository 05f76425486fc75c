/** Storing responses in hidden conversations of their own, in the two forms of a write. */

import { copyOf, finishWithCopy } from '../branches/copying.ts';
import { selectSource } from '../branches/copy-statements.ts';
import { conversationTopic } from '../conversations/topics.ts';
import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import { insertOneByOne } from '../conversations/append.ts';
import { COUNT_ITEMS } from '../conversations/counts.ts';
import { duplicateRow } from '../conversations/refusal.ts';
import type { Steps, Write } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import { insertItems, itemsOf, NothingStored, placeOf } from './commit.ts';
import { insertHidden } from './hidden-conversation.ts';
import type { CreateResponseParams, ForkParams, ResponsePlace } from './port.ts';
import { cellsOf } from './records.ts';
import * as sql from './statements.ts';

/** A conversation of a response to be made, and the position at which the response's items begin. */
interface Making {
  readonly params: CreateResponseParams;
  readonly start: number;
}

/** Makes the conversation and the response. */
function insertRows({ params, start }: Making): readonly Query[] {
  const { response } = params;
  const nextPosition = placeFrom({ params, start }).endPosition;
  return [
    insertHidden({
      ...params,
      createdAt: response.createdAt,
      nextPosition,
      items: itemsOf(params),
    }),
    {
      sql: sql.INSERT_FIRST_RESPONSE,
      parameters: [...keyOf(params), ...cellsOf(response, params), start],
    },
  ];
}

function placeFrom({ params: { input, output }, start }: Making): ResponsePlace {
  const firstOutput = start + input.length;
  return { firstOutput, endPosition: firstOutput + output.length };
}

function runSteps(steps: Steps, { params, start }: Making, copies: readonly Query[]): void {
  for (const query of [...insertRows({ params, start }), ...copies]) steps.run(query);
  insertOneByOne(steps, params, itemsOf(params), start, params.response.createdAt);
}

/** Stores a response with its items in a conversation of its own. */
export function createResponse(params: CreateResponseParams): Write<ResponsePlace> {
  const making = { params, start: 0 };
  const place = placeFrom(making);
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      runSteps(steps, making, []);
      return place;
    },
    inRoundTrips: async (trips) => {
      await trips.finish(...insertRows(making), ...insertItems(params));
      return place;
    },
    proof: placeOf(params, params.response.id),
  };
}

/**
 * Stores a response with its items after a copy of another conversation's. The first trip locks the other conversation,
 * without which the rest must not run: the new one may be in another shard, where no condition on the other one can be
 * part of a statement.
 */
export function forkConversation(
  params: ForkParams,
  statements: FilteredStatements,
): Write<ResponsePlace> {
  const { tenant, source } = params;
  const from = { tenant, conversationId: source.conversationId };
  const find = statements.query(selectSource, keyOf(from), source.access);
  const copying = { from, to: params, until: source.until };
  const count = { sql: COUNT_ITEMS, parameters: keyOf(params) };
  const making = { params, start: source.until };
  const place = placeFrom(making);
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      if (steps.get(find) === undefined) throw new NothingStored();
      runSteps(steps, making, [copyOf(copying)]);
      steps.run(count);
      return place;
    },
    inRoundTrips: async (trips) => {
      const [found = []] = await trips.send(find);
      if (found.length === 0) throw new NothingStored();
      await finishWithCopy(trips, copying, statements.syntax, {
        before: insertRows(making),
        after: [...insertItems(params), count],
      });
      return place;
    },
    duplicate: duplicateRow,
    proof: placeOf(params, params.response.id),
  };
}
