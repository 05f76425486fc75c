/** Adding a response to those that wait, in the two forms of a write. */

import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { COUNT_ITEMS } from '../conversations/counts.ts';
import { selectConversation } from '../conversations/statements.ts';
import { conversationTopic } from '../conversations/topics.ts';
import type { Proof, Write } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { NothingStored } from '../responses/commit.ts';
import { copyItems } from '../responses/copy-items.ts';
import { insertHidden } from '../responses/hidden-conversation.ts';
import { COPY_ITEMS, selectSource } from '../responses/statements.ts';
import type {
  NewBackgroundResponse,
  QueueAloneParams,
  QueueForkParams,
  QueueParams,
  QueueResult,
} from './port.ts';
import * as sql from './statements.ts';

const QUEUED: QueueResult = { refused: undefined };

/** Thrown inside a transaction that has added nothing. */
export class NotQueued extends Error {
  readonly reason: NonNullable<QueueResult['refused']>;

  constructor(reason: NotQueued['reason']) {
    super('the response was not added');
    this.reason = reason;
  }
}

/** Adds a response in a conversation that is there. Throws a `NotQueued` when it cannot. */
export function queueIn(params: QueueParams, statements: FilteredStatements): Write<QueueResult> {
  const { response, continuesAt, mustBeFree, access } = params;
  const cells = [...keyOf(params), ...newCells(response, continuesAt), mustBeFree ? 1 : 0];
  const insert = statements.query(sql.insertInConversation, cells, access);
  const find = statements.query(selectConversation, keyOf(params), access);
  const result = (inserted: readonly Row[], found: readonly Row[]): QueueResult => {
    if (inserted.length > 0) return QUEUED;
    throw new NotQueued(found.length > 0 ? 'conversation_busy' : 'conversation_absent');
  };
  return {
    scope: scopeOf(params),
    changes: [],
    inSteps: (steps) => {
      const inserted = steps.all(insert);
      return result(inserted, inserted.length > 0 ? [] : steps.all(find));
    },
    inRoundTrips: async (trips) => {
      const [inserted = [], found = []] = await trips.finish(insert, find);
      return result(inserted, found);
    },
    proof: presence(params, response, QUEUED),
  };
}

/** Makes a hidden conversation with the next position, and the response that waits in it. */
function insertRows(params: QueueAloneParams, nextPosition: number): readonly Query[] {
  const { response } = params;
  return [
    insertHidden({ ...params, createdAt: response.createdAt, nextPosition, items: [] }),
    {
      sql: sql.INSERT_ALONE,
      parameters: [...keyOf(params), ...newCells(response, undefined)],
    },
  ];
}

/** Adds a response in a conversation that is made for it. */
export function queueAlone(params: QueueAloneParams, statements: FilteredStatements): Write<true> {
  const inserts = insertRows(params, 0);
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      for (const query of inserts) steps.run(query);
      return true;
    },
    inRoundTrips: async (trips) => {
      await trips.finish(...inserts);
      return true;
    },
    proof: presence(params, params.response, true),
  };
}

/** Adds a response after a copy of another conversation's items. Throws `NothingStored` when it cannot be copied. */
export function queueFork(params: QueueForkParams, statements: FilteredStatements): Write<true> {
  const { tenant, source, conversationId, response, isMoved } = params;
  const from = { tenant, conversationId: source.conversationId };
  const key = keyOf(from);
  const leave: readonly Query[] = isMoved
    ? [{ sql: sql.DELETE_WAITING, parameters: [...key, response.id] }]
    : [];
  const first = [statements.query(selectSource, key, source.access), ...leave];
  const copy = { sql: COPY_ITEMS, parameters: [...key, conversationId, source.until] };
  const count = { sql: COUNT_ITEMS, parameters: keyOf(params) };
  const inserts = insertRows(params, source.until);
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      for (const query of first) if (steps.get(query) === undefined) throw new NothingStored();
      for (const query of [...inserts, copy, count]) steps.run(query);
      return true;
    },
    inRoundTrips: async (trips) => {
      const found = await trips.send(...first);
      if (found.some((rows) => rows.length === 0)) throw new NothingStored();
      if (statements.syntax.copiesRows) {
        await trips.finish(...inserts, copy, count);
        return true;
      }
      await trips.send(...inserts);
      await copyItems(trips, { from, to: params, until: source.until });
      await trips.finish(count);
      return true;
    },
    proof: presence(params, response, true),
  };
}

/** Returns the parameters `$3` to `$7` of a statement that adds a response. */
function newCells(
  { id, createdAt, isStreamed, request }: NewBackgroundResponse,
  continuesAt: number | undefined,
): readonly Value[] {
  return [id, createdAt, continuesAt ?? null, isStreamed ? 1 : 0, request];
}

/** Finds a response by the id that was made for it. If it waits, its write was committed. */
function presence<Result>(
  key: ConversationKey,
  { id }: NewBackgroundResponse,
  result: Result,
): Proof<Result> {
  return {
    query: { sql: sql.SELECT_TOKEN, parameters: [...keyOf(key), id] },
    result: (rows) => (rows.length > 0 ? result : undefined),
  };
}
