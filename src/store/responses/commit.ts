/** Storing responses of a conversation that is there, in the two forms of a write. */

import { creationTime } from '../../base/creation-time.ts';
import { afterEnd } from '../background/after-end.ts';
import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import { columnsOf, insertOneByOne } from '../conversations/append.ts';
import { growthOf } from '../conversations/counts.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { conversationTopic } from '../conversations/topics.ts';
import { duplicateRow } from '../conversations/refusal.ts';
import type { Proof, Write } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import type { AddResponseParams, CommitTurnParams, NewExchange, ResponsePlace } from './port.ts';
import { cellsOf, toPlace } from './records.ts';
import * as sql from './statements.ts';

/** Thrown inside a transaction that has stored nothing, since its turn or its conversation is not what it must be. */
export class NothingStored extends Error {
  constructor() {
    super('the response was not stored');
  }
}

/** Stores the items and the response of a turn, and gives the turn back. */
export function commitTurn(
  params: CommitTurnParams,
  statements: FilteredStatements,
): Write<ResponsePlace> {
  const { response, token, continuesAt, access, background } = params;
  const items = itemsOf(params);
  // A response may have been created long ago; lists by activity and feeds go by the time at which items are stored.
  const storedAt = Math.max(response.createdAt, creationTime());
  const cells = [...keyOf(params), ...cellsOf(response, params), token, continuesAt ?? null];
  const insert = statements.query(sql.insertResponseOfTurn, cells, access);
  const count: Query = {
    sql: sql.COUNT_ITEMS_OF_RESPONSE,
    parameters: [...keyOf(params), response.id, ...growthOf(items, storedAt)],
  };
  const rest = [
    count,
    releaseAfter(params, response.id, token),
    ...(background === undefined
      ? []
      : afterEnd(params, response.id, background.last, statements.syntax)),
  ];
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      const inserted = steps.get(insert);
      if (inserted === undefined) throw new NothingStored();
      const place = toPlace(inserted);
      const start = place.firstOutput - params.input.length;
      insertOneByOne(steps, params, items, start, storedAt);
      for (const query of rest) steps.run(query);
      return place;
    },
    inRoundTrips: async (trips) => {
      const following = [...insertItems(params, storedAt), ...rest];
      if (background === undefined) {
        const [[inserted] = []] = await trips.finish(insert, ...following);
        if (inserted === undefined) throw new NothingStored();
        return toPlace(inserted);
      }
      // Another process may have ended the response, and the statements that follow would find its row.
      const [[inserted] = []] = await trips.send(insert);
      if (inserted === undefined) throw new NothingStored();
      await trips.finish(...following);
      return toPlace(inserted);
    },
    duplicate: duplicateRow,
    proof: placeOf(params, response.id),
  };
}

/** Stores a response without items, and gives a turn back if there is one. */
export function addResponse(
  params: AddResponseParams,
  statements: FilteredStatements,
): Write<ResponsePlace> {
  const { response, token, access } = params;
  const cells = [...keyOf(params), ...cellsOf(response, { input: [], output: [] })];
  const insert = statements.query(sql.insertResponse, cells, access);
  const releases = token === undefined ? [] : [releaseAfter(params, response.id, token)];
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      const inserted = steps.get(insert);
      if (inserted === undefined) throw new NothingStored();
      for (const release of releases) steps.run(release);
      return toPlace(inserted);
    },
    inRoundTrips: async (trips) => {
      const [[inserted] = []] = await trips.finish(insert, ...releases);
      if (inserted === undefined) throw new NothingStored();
      return toPlace(inserted);
    },
    proof: placeOf(params, response.id),
  };
}

function releaseAfter(key: ConversationKey, responseId: string, token: string): Query {
  return { sql: sql.RELEASE_TURN_OF_RESPONSE, parameters: [...keyOf(key), responseId, token] };
}

export function itemsOf({ input, output }: Pick<NewExchange, 'input' | 'output'>) {
  return [...input, ...output];
}

/** Returns the statement that inserts the items of a stored response; none when it has no items. */
export function insertItems(
  params: ConversationKey & NewExchange,
  storedAt = params.response.createdAt,
): readonly Query[] {
  const { response, input } = params;
  const items = itemsOf(params);
  if (items.length === 0) return [];
  const parameters = [...keyOf(params), storedAt, ...columnsOf(items), response.id, input.length];
  return [{ sql: sql.INSERT_ITEMS_OF_RESPONSE, parameters }];
}

/** Finds the place of a response. Its id is made for it: if it is stored, its write was committed. */
export function placeOf(key: ConversationKey, responseId: string): Proof<ResponsePlace> {
  return {
    query: { sql: sql.SELECT_PLACE, parameters: [...keyOf(key), responseId] },
    result: ([row]) => (row === undefined ? undefined : toPlace(row)),
  };
}
