/** Adding waiting items to the index, in the two forms of a write. */

import { keyOf, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Steps, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { cell, integer, text } from '../engine/rows.ts';
import {
  allWords,
  documentsOf,
  numberAfter,
  type IndexedDocument,
  type WaitingItem,
} from './document.ts';
import type { IndexedBatch } from './port.ts';
import * as sql from './statements.ts';

/** Most items of a batch: some milliseconds of a transaction, which other writes of SQLite wait for. */
const MOST_ITEMS = 128;
/** Characters of JSON after which a batch takes no further conversation. */
const MOST_CHARACTERS = 500_000;

/** Waiting items of a conversation, and its state when they were read. */
interface Waiting {
  readonly key: ConversationKey;
  readonly owner: string;
  readonly from: number;
  /** The positions below this one are in the index when the items are. */
  readonly until: number;
  readonly isFinished: boolean;
  readonly items: readonly WaitingItem[];
}

/** Adds waiting items of these conversations, which are of one tenant where the form is of round trips. */
export function addWaiting(
  keys: readonly ConversationKey[],
  tenant: string | undefined,
): Write<IndexedBatch> {
  return {
    scope: tenant === undefined ? { kind: 'all' } : scopeOf({ tenant }),
    changes: [],
    inSteps: (steps) => addInSteps(steps, keys),
    inRoundTrips: async (trips) => {
      const results = await trips.send(...keys.map((key) => selectWaiting(key, MOST_ITEMS)));
      const read = keys.flatMap((key, index) => toWaiting(key, results[index] ?? [], MOST_ITEMS));
      // What another process has indexed meanwhile, or given to another owner, stays as it is.
      const moved = await trips.send(...read.map(moveIndexed));
      const taken = read.filter((_, index) => (moved[index] ?? []).length > 0);
      await trips.finish(...taken.filter(({ items }) => items.length > 0).map(insertTogether));
      return {
        items: taken.reduce((sum, { items }) => sum + items.length, 0),
        unfinished: read
          .filter((waiting) => !taken.includes(waiting) || !waiting.isFinished)
          .map(({ key }) => key),
      };
    },
  };
}

function addInSteps(steps: Steps, keys: readonly ConversationKey[]): IndexedBatch {
  const read: Waiting[] = [];
  const unread: ConversationKey[] = [];
  let items = 0;
  let characters = 0;
  for (const key of keys) {
    if (items >= MOST_ITEMS || characters >= MOST_CHARACTERS) {
      unread.push(key);
      continue;
    }
    const most = MOST_ITEMS - items;
    for (const waiting of toWaiting(key, steps.all(selectWaiting(key, most)), most)) {
      read.push(waiting);
      items += waiting.items.length;
      characters += waiting.items.reduce((sum, { data }) => sum + data.length, 0);
    }
  }
  const documents = read.flatMap(({ key, owner, items: added }) =>
    documentsOf(key, owner, added).map((document) => ({ key, document })),
  );
  // The full-text index writes what it has gathered whenever numbers go down.
  documents.sort((a, b) => a.document.number - b.document.number);
  for (const { key, document } of documents) insertDocument(steps, key, document);
  for (const waiting of read) steps.run(moveIndexed(waiting));
  const unfinished = read.filter(({ isFinished }) => !isFinished).map(({ key }) => key);
  return { items, unfinished: [...unfinished, ...unread] };
}

function selectWaiting(key: ConversationKey, most: number): Query {
  return { sql: sql.SELECT_WAITING_ITEMS, parameters: [...keyOf(key), most] };
}

/** Returns the waiting items among the rows; none for a conversation that is gone or not waiting. */
function toWaiting(key: ConversationKey, rows: readonly Row[], most: number): readonly Waiting[] {
  const [first] = rows;
  if (first === undefined) return [];
  const items = rows
    .filter((row) => cell(row, 'position') !== null)
    .map((row) => ({
      position: integer(row, 'position'),
      type: text(row, 'type'),
      data: text(row, 'data'),
      createdAt: integer(row, 'created_at'),
    }));
  const last = items.at(-1);
  const isFinished = items.length < most || last === undefined;
  return [
    {
      key,
      owner: text(first, 'owner'),
      from: integer(first, 'indexed_until'),
      until: isFinished ? integer(first, 'next_position') : last.position + 1,
      isFinished,
      items,
    },
  ];
}

function moveIndexed({ key, from, until, owner }: Waiting): Query {
  return { sql: sql.MOVE_INDEXED, parameters: [...keyOf(key), from, until, owner] };
}

function insertTogether({ key, owner, items }: Waiting): Query {
  const documents = documentsOf(key, owner, items);
  return {
    sql: sql.INSERT_DOCUMENTS,
    parameters: [
      ...keyOf(key),
      documents.map(({ position }) => String(position)),
      documents.map(({ number }) => String(number)),
      documents.map(({ scope, words }) => allWords(scope, words)),
    ],
  };
}

function insertDocument(
  steps: Steps,
  key: ConversationKey,
  { position, number: wanted, scope, words }: IndexedDocument,
): void {
  const number = freeNumber(steps, wanted);
  steps.run({ sql: sql.INSERT_DOCUMENT, parameters: [...keyOf(key), position, number, scope] });
  steps.run({ sql: sql.INSERT_WORDS, parameters: [number, allWords(scope, words)] });
}

/** Returns a number that no other document has: the wanted one if it is free. */
function freeNumber(steps: Steps, wanted: number): number {
  let number = wanted;
  let tries = 0;
  while (steps.get({ sql: sql.SELECT_NUMBER, parameters: [number] }) !== undefined) {
    number = numberAfter(number, (tries += 1));
  }
  return number;
}
