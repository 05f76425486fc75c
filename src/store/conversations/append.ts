/** Creating a conversation and appending to it, in the two forms of a write. */

import type { Proof, Steps, Write } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { integer } from '../engine/rows.ts';
import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import { firstCounts, growthOf, moveToSlot, slotOf } from './counts.ts';
import type {
  AppendItemsParams,
  AppendResult,
  ConversationKey,
  CreateConversationParams,
  ItemRecord,
} from './port.ts';
import { itemsIn } from './records.ts';
import { duplicateRow, PresentItem, Refused } from './refusal.ts';
import * as sql from './statements.ts';
import { conversationTopic, existenceTopics } from './topics.ts';

/** An item to be written: a reference has been replaced with a copy of the item that it names. */
export interface ItemToWrite extends ItemRecord {
  /** Whether this server generated the id, which is then unused. */
  readonly isMinted: boolean;
}

type Items = readonly ItemRecord[];
/** What a write of items has stored. */
type Stored = Extract<AppendResult, { readonly refused: undefined }>;
export type WithItems<Params> = Omit<Params, 'items' | 'readable'> & {
  readonly items: readonly ItemToWrite[];
};

export function createConversation(params: WithItems<CreateConversationParams>): Write<Stored> {
  const { owner, metadata, createdAt, items } = params;
  const insert: Query = {
    sql: sql.INSERT_CONVERSATION,
    parameters: [
      ...keyOf(params),
      owner,
      JSON.stringify(params.attributes),
      metadata,
      createdAt,
      items.length,
      ...firstCounts(items, createdAt),
      ...expiryCells(params),
    ],
  };
  return {
    scope: scopeOf(params),
    changes: existenceTopics(params),
    inSteps: (steps) => {
      steps.run(insert);
      insertOneByOne(steps, params, items, 0, createdAt);
      return stored(items, 0);
    },
    inRoundTrips: async (trips) => {
      const parameters = [...keyOf(params), createdAt, ...columnsOf(items)];
      const inserts = items.length === 0 ? [] : [{ sql: sql.INSERT_FIRST_ITEMS, parameters }];
      await trips.finish(insert, ...inserts);
      return stored(items, 0);
    },
    // The id of a conversation is made for it: if the conversation is stored, this write was committed.
    proof: presence(params, items, (found) => stored(found, undefined)),
  };
}

/** Returns the columns `expires_at` and `idle_ms` of a new conversation. */
export function expiryCells({
  expiry,
  createdAt,
}: Pick<CreateConversationParams, 'expiry' | 'createdAt'>): readonly Value[] {
  if (expiry === undefined) return [null, null];
  const { anchor, afterMs } = expiry;
  return [createdAt + afterMs, anchor === 'created_at' ? null : afterMs];
}

export function appendItems(
  params: WithItems<AppendItemsParams>,
  statements: FilteredStatements,
): Write<Stored> {
  const { items, createdAt, access } = params;
  if (items.length === 0) return looked(params, statements);
  const growth = [...keyOf(params), ...growthOf(items, createdAt)];
  return {
    scope: scopeOf(params),
    changes: [conversationTopic(params)],
    inSteps: (steps) => {
      const reserved = steps.get(statements.query(sql.reservePositions, growth, access));
      if (reserved === undefined) throw new Refused({ refused: 'conversation_absent' });
      const [slot, current] = [integer(reserved, 'active_slot'), slotOf(createdAt)];
      if (slot !== 0 && slot !== current) steps.run(moveToSlot(params, current));
      insertOneByOne(steps, params, items, integer(reserved, 'first_position'), createdAt);
      return stored(items, integer(reserved, 'revision'));
    },
    inRoundTrips: async (trips) => {
      const parameters = [...keyOf(params), createdAt, ...columnsOf(items)];
      const inserted = statements.query(sql.insertNextItems, parameters, access);
      const reserved = statements.query(sql.countNextItems, growth, access);
      const [found = [], [counted] = []] = await trips.finish(inserted, reserved);
      if (found.length === 0 || counted === undefined) {
        throw new Refused({ refused: 'conversation_absent' });
      }
      return stored(items, integer(counted, 'revision'));
    },
    duplicate: duplicateRow,
    // Only ids that were made for these items prove anything: given ones may have been stored before.
    ...(items.some(({ isMinted }) => isMinted) && {
      proof: presence(params, items, (found) => stored(found, undefined)),
    }),
  };
}

/** Appends nothing: the conversation must be there, and stays as it is. */
function looked(
  params: WithItems<AppendItemsParams>,
  statements: FilteredStatements,
): Write<Stored> {
  const find = statements.query(sql.selectConversation, keyOf(params), params.access);
  return {
    scope: scopeOf(params),
    changes: [],
    inSteps: (steps) => unchanged(steps.get(find)),
    inRoundTrips: async (trips) => {
      const [rows = []] = await trips.finish(find);
      return unchanged(rows[0]);
    },
    proof: presence(params, [], () => stored([], undefined)),
  };
}

/** Returns the result for a conversation that was found, and to which nothing is appended. */
function unchanged(row: Row | undefined): Stored {
  if (row === undefined) throw new Refused({ refused: 'conversation_absent' });
  return stored([], integer(row, 'revision'));
}

/** Finds a conversation with all of these items. */
export function presence<Result>(
  key: ConversationKey,
  items: Items,
  result: (items: Items) => Result | undefined,
): Proof<Result> {
  return {
    query: { sql: sql.SELECT_ITEMS_HERE, parameters: [...keyOf(key), items.map(({ id }) => id)] },
    result: (rows) => {
      if (rows.length === 0) return undefined;
      const ids = items.map(({ id }) => id);
      const found = itemsIn(rows, ids);
      return found.length === items.length ? result(found) : undefined;
    },
  };
}

function stored(items: Items, revision: number | undefined): Stored {
  return { refused: undefined, items: items.map(toRecord), revision };
}

export function toRecord({ id, type, data }: ItemRecord): ItemRecord {
  return { id, type, data };
}

/** Step by step: inserts items from a position on. Throws a `PresentItem` for one that the conversation has already. */
export function insertOneByOne(
  steps: Steps,
  key: ConversationKey,
  items: Items,
  firstPosition: number,
  createdAt: number,
): void {
  items.forEach(({ id, type, data }, index) => {
    const parameters = [...keyOf(key), firstPosition + index, id, type, data, createdAt];
    const inserted = steps.run({ sql: sql.INSERT_ITEM, parameters });
    if (inserted === 0) throw new PresentItem(id);
  });
}

/** Returns ids, types and data, each as a list. */
export function columnsOf(items: Items): readonly Value[] {
  return [items.map(({ id }) => id), items.map(({ type }) => type), items.map(({ data }) => data)];
}
