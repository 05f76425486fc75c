/** Checks that rows are as this program stores them, reading them in batches. */

import { rowBatches, type ReadQuery } from '../archive/row-batches.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Row } from '../engine/query.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { ARCHIVED_TABLES, CHILD_TABLES } from '../tables.ts';
import { drawing } from './drawing.ts';
import * as sql from './statements.ts';

/** The most rows of a table in which all places are checked. */
const PLACES_OF_ALL_UP_TO = 1_000_000;
/** The most items of a store in which all contents are checked. */
const CONTENTS_OF_ALL_UP_TO = 2_000;
/** In larger stores, so many places are drawn, and a batch is read at each. */
const DRAWN_PLACES = 40;
const CONVERSATIONS_PER_BATCH = 200;
const MOST_EXAMPLES = 3;

export interface Thoroughness {
  /** Checks everything, however large the store is. */
  readonly full: boolean;
  /** Called with the number of items that have been checked. */
  readonly onProgress?: (items: number) => void;
}

/** A kind of damage: how often it occurs, and a few places by name. */
export interface Occurrences {
  readonly count: number;
  readonly examples: readonly string[];
}

export interface PlacesReport {
  readonly conversations: number;
  readonly items: number;
  /** `true` when all places were checked. */
  readonly isWhole: boolean;
  /** Conversations that do not exist and have rows, and the tables with these rows. */
  readonly absent: Occurrences & { readonly tables: readonly string[] };
  /** Conversations with an item that they have not counted. */
  readonly uncounted: Occurrences;
  /** Conversations with an item before the first position. */
  readonly negative: Occurrences;
}

export interface ItemsReport {
  readonly items: number;
  readonly isWhole: boolean;
  /** Items that are not a JSON object. */
  readonly unreadable: Occurrences;
  /** Items with another id in the JSON than in the row. */
  readonly misnamed: Occurrences;
}

export class Tally implements Occurrences {
  count = 0;
  readonly examples: string[] = [];

  add(example: string): void {
    this.count += 1;
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(example);
  }
}

/**
 * Checks that every row belongs to a conversation, and items to a position that it has given away. An append takes its
 * positions from the conversation's `next_position`: an item there or beyond was not counted, and the next append
 * collides with it. A gap below it is where an item was deleted: no position is given twice.
 */
export async function checkPlaces(
  syntax: SqlSyntax,
  read: ReadQuery,
  { full, onProgress }: Thoroughness,
): Promise<PlacesReport> {
  const isWhole = full || (await hasAtMost(PLACES_OF_ALL_UP_TO, ITEMS.name, read));
  const [absent, uncounted, negative] = [new Tally(), new Tally(), new Tally()];
  const tables = new Set<string>();
  let [conversations, items] = [0, 0];
  for await (const row of isWhole ? allPlaces(read) : drawnPlaces(syntax, read)) {
    const name = text(row, 'conversation_id');
    const next = integerOrNull(row, 'next_position');
    if (next === null) {
      absent.add(name);
      tables.add(ITEMS.name);
    } else if (integer(row, 'last_position') >= next) uncounted.add(name);
    if (integer(row, 'first_position') < 0) negative.add(name);
    conversations += 1;
    items += integer(row, 'items');
    onProgress?.(items);
  }
  for (const table of CHILD_TABLES.filter(({ name }) => name !== ITEMS.name)) {
    if (!full && !(await hasAtMost(PLACES_OF_ALL_UP_TO, table.name, read))) continue;
    for (const row of await read({ sql: sql.selectOrphans(table), parameters: [] })) {
      absent.add(text(row, 'conversation_id'));
      tables.add(table.name);
    }
  }
  return {
    conversations,
    items,
    isWhole,
    absent: { count: absent.count, examples: absent.examples, tables: [...tables] },
    uncounted,
    negative,
  };
}

/** Checks that items are the JSON that the rows name. */
export async function checkItems(
  syntax: SqlSyntax,
  read: ReadQuery,
  { full, onProgress }: Thoroughness,
): Promise<ItemsReport> {
  const isWhole = full || (await hasAtMost(CONTENTS_OF_ALL_UP_TO, ITEMS.name, read));
  const [unreadable, misnamed] = [new Tally(), new Tally()];
  let items = 0;
  for await (const rows of isWhole ? allItems(read) : drawnItems(syntax, read)) {
    for (const row of rows) {
      const id = text(row, 'id');
      const place = `${id} of ${text(row, 'conversation_id')}`;
      const parsed = parseId(text(row, 'data'));
      if (parsed === undefined) unreadable.add(place);
      else if (parsed.id !== id) misnamed.add(place);
    }
    items += rows.length;
    onProgress?.(items);
  }
  return { items, isWhole, unreadable, misnamed };
}

const ITEMS = ARCHIVED_TABLES.items;

export async function hasAtMost(most: number, table: string, read: ReadQuery): Promise<boolean> {
  const [row] = await read({ sql: sql.countRows(table), parameters: [most + 1] });
  return row !== undefined && integer(row, 'count') <= most;
}

/** Returns the id in an item's text; `undefined` when the text is not a JSON object. */
function parseId(data: string): { readonly id: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    return { id: 'id' in parsed ? parsed.id : undefined };
  } catch {
    return undefined;
  }
}

async function* allPlaces(read: ReadQuery): AsyncGenerator<Row> {
  let last = { tenant: '', conversationId: '' };
  for (;;) {
    const rows = await placesAfter(last, read);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = conversationOf(end);
  }
}

async function* drawnPlaces(syntax: SqlSyntax, read: ReadQuery): AsyncGenerator<Row> {
  const seen = new Set<string>();
  for (const { key } of await draw(syntax, read)) {
    for (const row of await placesAfter(key, read)) {
      const { tenant, conversationId } = conversationOf(row);
      const name = JSON.stringify([tenant, conversationId]);
      if (!seen.has(name)) yield row;
      seen.add(name);
    }
  }
}

function placesAfter(
  { tenant, conversationId }: ConversationKey,
  read: ReadQuery,
): Promise<readonly Row[]> {
  return read({
    sql: sql.SELECT_PLACES,
    parameters: [tenant, conversationId, CONVERSATIONS_PER_BATCH],
  });
}

async function* allItems(read: ReadQuery): AsyncGenerator<readonly Row[]> {
  const end = await lastConversation(read);
  if (end === undefined) return;
  const start = { kind: 'conversation', key: { tenant: '', conversationId: '' } } as const;
  yield* rowBatches(ITEMS, start, end, read);
}

/** Yields one batch at each place that is drawn. */
async function* drawnItems(syntax: SqlSyntax, read: ReadQuery): AsyncGenerator<readonly Row[]> {
  const end = await lastConversation(read);
  if (end === undefined) return;
  for (const { key, position } of await draw(syntax, read)) {
    const start = [key.tenant, key.conversationId, position - 1];
    for await (const rows of rowBatches(ITEMS, { kind: 'row', key: start }, end, read)) {
      yield rows;
      break;
    }
  }
}

/** Returns the last conversation with items; `undefined` without any. */
export async function lastConversation(read: ReadQuery): Promise<ConversationKey | undefined> {
  const [row] = await read({ sql: sql.SELECT_LAST_CONVERSATION_OF_ITEMS, parameters: [] });
  return row === undefined ? undefined : conversationOf(row);
}

interface DrawnPlace {
  readonly key: ConversationKey;
  readonly position: number;
}

/** Draws places of items at random. */
export async function draw(syntax: SqlSyntax, read: ReadQuery): Promise<readonly DrawnPlace[]> {
  const rows = await read(await drawing(sql.selectRandomPlaces, DRAWN_PLACES, syntax, read));
  return rows.map((row) => ({ key: conversationOf(row), position: integer(row, 'position') }));
}

function conversationOf(row: Row): ConversationKey {
  return { tenant: text(row, 'tenant'), conversationId: text(row, 'conversation_id') };
}
