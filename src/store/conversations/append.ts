/** Creating a conversation and appending to it, in the two forms of a write. */

import { createHash } from 'node:crypto';
import { keyOf, scopeOf, type FilteredStatements } from './access-condition.ts';
import type { Proof, RoundTrips, Steps, Write } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import type {
  AppendItemsParams,
  NewItem,
  AppendRefusal,
  ConversationKey,
  ItemRecord,
  Linking,
  CreateConversationParams,
} from './port.ts';
import { cell, integer, text } from '../engine/rows.ts';
import { toItem } from './records.ts';
import * as sql from './statements.ts';

/** Thrown inside a transaction to undo it. */
export class Refused extends Error {
  readonly refusal: AppendRefusal;

  constructor(refusal: AppendRefusal) {
    super(refusal.refused);
    this.refusal = refusal;
  }
}

type Items = readonly ItemRecord[];

export function createConversation(
  input: CreateConversationParams,
  statements: FilteredStatements,
): Write<Items> {
  const { owner, metadata, createdAt, items } = input;
  const insert: Query = {
    sql: sql.INSERT_CONVERSATION,
    parameters: [
      ...keyOf(input),
      owner,
      JSON.stringify(input.attributes),
      metadata,
      createdAt,
      items.length,
    ],
  };
  return {
    scope: scopeOf(input),
    inSteps: (steps) => {
      const linked = linkInSteps(steps, input, items, statements);
      steps.run(insert);
      insertOneByOne(steps, input, linked, 0, createdAt);
      return linked;
    },
    inRoundTrips: async (trips) => {
      const linked = await linkInOneTrip(trips, input, items, statements, []);
      const parameters = [...keyOf(input), createdAt, ...columnsOf(linked)];
      const inserts = linked.length === 0 ? [] : [{ sql: sql.INSERT_FIRST_ITEMS, parameters }];
      await trips.finish(insert, ...inserts);
      return linked;
    },
    // A conversation's id is made for it: where it is, this write has been.
    proof: presence(input, items),
  };
}

export function appendItems(
  input: AppendItemsParams,
  statements: FilteredStatements,
): Write<Items> {
  const { items, createdAt, access } = input;
  return {
    scope: scopeOf(input),
    inSteps: (steps) => {
      const parameters = [...keyOf(input), items.length];
      const reserved = steps.get(statements.query(sql.reservePositions, parameters, access));
      if (reserved === undefined) throw new Refused({ refused: 'conversation_absent' });
      const linked = linkInSteps(steps, input, items, statements);
      insertOneByOne(steps, input, linked, integer(reserved, 'first_position'), createdAt);
      return linked;
    },
    inRoundTrips: async (trips) => {
      const find = statements.query(sql.selectConversation, keyOf(input), access);
      const linked = await linkInOneTrip(trips, input, items, statements, [find]);
      const parameters = [...keyOf(input), linked.length, createdAt, ...columnsOf(linked)];
      const [reserved = []] = await trips.finish(
        statements.query(sql.appendItems, parameters, access),
      );
      if (reserved.length === 0) throw new Refused({ refused: 'conversation_absent' });
      return linked;
    },
    // Only ids that were made for these items prove anything: others may have been there before.
    ...((items.length === 0 || items.some(({ kind }) => kind === 'minted')) && {
      proof: presence(input, items),
    }),
  };
}

/** Finds a conversation with all of these items. */
function presence(key: ConversationKey, items: readonly NewItem[]): Proof<Items> {
  return {
    query: { sql: sql.SELECT_ITEMS_HERE, parameters: [...keyOf(key), items.map(({ id }) => id)] },
    result: (rows) => {
      if (rows.length === 0) return undefined;
      const stored = new Map(
        rows.filter((row) => cell(row, 'id') !== null).map((row) => [text(row, 'id'), toItem(row)]),
      );
      const found = items.flatMap(({ id }) => stored.get(id) ?? []);
      return found.length === items.length ? found : undefined;
    },
  };
}

/** What will stand in the conversation: minted items as they are, ids of stored items as those are stored. */
function link(
  items: readonly NewItem[],
  findStored: (id: string) => Row | undefined,
): readonly ItemRecord[] {
  if (items.every(isMinted)) return items.map(toRecord);
  const seen = new Set<string>();
  return items.map((item) => {
    if (seen.has(item.id)) throw new Refused({ refused: 'item_present', id: item.id });
    seen.add(item.id);
    if (isMinted(item)) return toRecord(item);
    const stored = findStored(item.id);
    if (stored !== undefined) {
      if (cell(stored, 'here') === 1) throw new Refused({ refused: 'item_present', id: item.id });
      return { id: item.id, type: text(stored, 'type'), data: text(stored, 'data') };
    }
    if (item.kind === 'reference') throw new Refused({ refused: 'reference_absent', id: item.id });
    return toRecord(item);
  });
}

function toRecord({ id, type, data }: ItemRecord): ItemRecord {
  return { id, type, data };
}

/** Made here a moment ago, so no two of them are the same. */
function isMinted(item: NewItem): item is Extract<NewItem, ItemRecord> {
  return item.kind === 'minted';
}

function linkInSteps(
  steps: Steps,
  input: ConversationKey & Linking,
  items: readonly NewItem[],
  statements: FilteredStatements,
): Items {
  return link(items, (id) =>
    steps.get(statements.query(sql.selectItemAnywhere, [...keyOf(input), id], input.readable)),
  );
}

/**
 * Looks up the ids that the caller brought, where there are any; most appends make this trip not at all.
 * `conversation` finds the conversation, where it must be there already.
 */
async function linkInOneTrip(
  trips: RoundTrips,
  input: ConversationKey & Linking,
  items: readonly NewItem[],
  statements: FilteredStatements,
  conversation: readonly Query[],
): Promise<Items> {
  const ids = items.filter(({ kind }) => kind !== 'minted').map(({ id }) => id);
  if (ids.length === 0) return link(items, () => undefined);
  const results = await trips.send(
    { sql: sql.LOCK_IDS, parameters: [lockNumbers(input.tenant, ids)] },
    statements.query(sql.selectItemsAnywhere, [...keyOf(input), ids], input.readable),
    ...conversation,
  );
  const [, found = [], conversations] = results;
  if (conversations?.length === 0) throw new Refused({ refused: 'conversation_absent' });
  const stored = new Map(found.map((row) => [text(row, 'id'), row]));
  return link(items, (id) => stored.get(id));
}

/** Numbers of 64 bits that stand for ids of a tenant, in an order that all transactions share. */
function lockNumbers(tenant: string, ids: readonly string[]): readonly string[] {
  return [...new Set(ids)]
    .map((id) =>
      createHash('sha256')
        .update(JSON.stringify([tenant, id]))
        .digest(),
    )
    .map((digest) => digest.readBigInt64BE())
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)))
    .map(String);
}

function insertOneByOne(
  steps: Steps,
  key: ConversationKey,
  items: Items,
  firstPosition: number,
  createdAt: number,
): void {
  items.forEach(({ id, type, data }, index) => {
    const parameters = [...keyOf(key), firstPosition + index, id, type, data, createdAt];
    steps.run({ sql: sql.INSERT_ITEM, parameters });
  });
}

/** Ids, types and data, each as a list. */
function columnsOf(items: Items): readonly Value[] {
  return [items.map(({ id }) => id), items.map(({ type }) => type), items.map(({ data }) => data)];
}
