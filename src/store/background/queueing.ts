/** Adding a response to those that wait, in the two forms of a write. */

import { copyOf, finishWithCopy } from '../branches/copying.ts';
import { selectSource } from '../branches/copy-statements.ts';
import { keyOf, scopeOf, type FilteredStatements } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { COUNT_ITEMS } from '../conversations/counts.ts';
import { selectConversation } from '../conversations/statements.ts';
import { conversationTopic } from '../conversations/topics.ts';
import type { Proof, Write } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { cell, text } from '../engine/rows.ts';
import { insertHidden } from '../responses/hidden-conversation.ts';
import { takeFirstTurn, takeTurnForQueued } from '../turns/statements.ts';
import type {
  NewBackgroundResponse,
  QueueAloneParams,
  QueueForkParams,
  QueueParams,
  QueueResult,
} from './port.ts';
import * as sql from './statements.ts';

/** Thrown inside a transaction that has added nothing. */
export class NotQueued extends Error {
  readonly reason: NonNullable<QueueResult['refused']>;

  constructor(reason: NotQueued['reason']) {
    super('the response was not added');
    this.reason = reason;
  }
}

/** The turn that a response takes with its row, under a token that is made for it. */
export interface QueuedTurn {
  readonly token: string;
  readonly leaseMs: number;
}

/** Adds a response in a conversation that is there. Throws a `NotQueued` when it cannot. */
export function queueIn(
  params: QueueParams,
  turn: QueuedTurn | undefined,
  statements: FilteredStatements,
): Write<QueueResult> {
  const { response, continuesAt, mustBeFree, access } = params;
  const cells = [...keyOf(params), ...newCells(response, continuesAt), mustBeFree ? 1 : 0];
  const insert = statements.query(sql.insertInConversation, cells, access);
  const find = statements.query(selectConversation, keyOf(params), access);
  const takes: readonly Query[] =
    turn === undefined
      ? []
      : [
          {
            sql: takeTurnForQueued(statements.syntax),
            parameters: [...keyOf(params), turn.token, turn.leaseMs, response.id],
          },
        ];
  const result = (
    inserted: readonly Row[],
    found: readonly Row[],
    taken: readonly Row[] = [],
  ): QueueResult => {
    if (inserted.length > 0) return queuedWith(taken.length > 0 ? turn : undefined);
    throw new NotQueued(found.length > 0 ? 'conversation_busy' : 'conversation_absent');
  };
  return {
    scope: scopeOf(params),
    changes: [],
    inSteps: (steps) => {
      const inserted = steps.all(insert);
      if (inserted.length === 0) return result(inserted, steps.all(find));
      return result(
        inserted,
        [],
        takes.flatMap((take) => steps.all(take)),
      );
    },
    inRoundTrips: async (trips) => {
      const [inserted = [], found = [], taken] = await trips.finish(insert, find, ...takes);
      return result(inserted, found, taken);
    },
    proof: presence(params, response, turn),
  };
}

/** Makes a hidden conversation with the next position, and the response that waits in it, with its turn. */
function insertRows(
  params: QueueAloneParams,
  nextPosition: number,
  turn: QueuedTurn | undefined,
  { syntax }: FilteredStatements,
): readonly Query[] {
  const { response } = params;
  const take = turn && {
    sql: takeFirstTurn(syntax),
    parameters: [...keyOf(params), turn.token, turn.leaseMs],
  };
  return [
    insertHidden({ ...params, createdAt: response.createdAt, nextPosition, items: [] }),
    {
      sql: sql.INSERT_ALONE,
      parameters: [...keyOf(params), ...newCells(response, undefined)],
    },
    ...(take === undefined ? [] : [take]),
  ];
}

/** Adds a response in a conversation that is made for it. */
export function queueAlone(
  params: QueueAloneParams,
  turn: QueuedTurn | undefined,
  statements: FilteredStatements,
): Write<QueueResult> {
  const inserts = insertRows(params, 0, turn, statements);
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      for (const query of inserts) steps.run(query);
      return queuedWith(turn);
    },
    inRoundTrips: async (trips) => {
      await trips.finish(...inserts);
      return queuedWith(turn);
    },
    proof: presence(params, params.response, turn),
  };
}

/** Adds a response after a copy of another conversation's items. Throws a `NotQueued` when it cannot be copied. */
export function queueFork(
  params: QueueForkParams,
  turn: QueuedTurn | undefined,
  statements: FilteredStatements,
): Write<QueueResult> {
  const { tenant, source, response, isMoved } = params;
  const from = { tenant, conversationId: source.conversationId };
  const key = keyOf(from);
  const leave: readonly Query[] = isMoved
    ? [{ sql: sql.DELETE_WAITING, parameters: [...key, response.id] }]
    : [];
  const first = [statements.query(selectSource, key, source.access), ...leave];
  const copying = { from, to: params, until: source.until };
  const count = { sql: COUNT_ITEMS, parameters: keyOf(params) };
  const inserts = insertRows(params, source.until, turn, statements);
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      for (const query of first) {
        if (steps.get(query) === undefined) throw new NotQueued('conversation_absent');
      }
      for (const query of [...inserts, copyOf(copying), count]) steps.run(query);
      return queuedWith(turn);
    },
    inRoundTrips: async (trips) => {
      const found = await trips.send(...first);
      if (found.some((rows) => rows.length === 0)) throw new NotQueued('conversation_absent');
      await finishWithCopy(trips, copying, statements.syntax, { before: inserts, after: [count] });
      return queuedWith(turn);
    },
    proof: presence(params, response, turn),
  };
}

/** Returns the parameters `$3` to `$7` of a statement that adds a response. */
function newCells(
  { id, createdAt, isStreamed, request }: NewBackgroundResponse,
  continuesAt: number | undefined,
): readonly Value[] {
  return [id, createdAt, continuesAt ?? null, isStreamed ? 1 : 0, request];
}

function queuedWith(turn: Pick<QueuedTurn, 'token'> | undefined): QueueResult {
  return { refused: undefined, token: turn?.token };
}

/** Finds a response by the id that was made for it. If it waits, its write was committed. */
function presence(
  key: ConversationKey,
  { id }: NewBackgroundResponse,
  turn: QueuedTurn | undefined,
): Proof<QueueResult> {
  return {
    query: { sql: sql.SELECT_QUEUED, parameters: [...keyOf(key), id, turn?.token ?? null] },
    result: ([row]) =>
      row && queuedWith(cell(row, 'token') === null ? undefined : { token: text(row, 'token') }),
  };
}
