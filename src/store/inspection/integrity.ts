/** Whether what is stored is as this program stores it, read a batch at a time. */

import type { SqlSyntax } from '../engine/syntax.ts';
import type { Row } from '../engine/query.ts';
import * as sql from './statements.ts';
import { itemBatches, type ItemPlace, type ReadQuery } from '../archive/item-batches.ts';
import type { ArchivedItem, ConversationKey } from '../store.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';

/** Stores with no more items than this are looked at as a whole: at the places of all, or inside of all. */
const PLACES_OF_ALL_UP_TO = 1_000_000;
const INSIDE_OF_ALL_UP_TO = 2_000;
/** In others, so many places are drawn, and a batch is read at each. */
const DRAWN_PLACES = 40;
const CONVERSATIONS_PER_BATCH = 200;
const MOST_EXAMPLES = 3;

/** How thoroughly to look, and whom to tell how many items have been looked at. */
export interface Thoroughness {
  readonly full: boolean;
  readonly onProgress?: (items: number) => void;
}

/** How many there are, and a few of them by name. */
export interface Found {
  readonly count: number;
  readonly examples: readonly string[];
}

export interface PlacesReport {
  readonly conversations: number;
  readonly items: number;
  /** Whether these are all. */
  readonly isWhole: boolean;
  /** Conversations that do not exist and have items. */
  readonly absent: Found;
  /** Conversations with an item that they have not counted. */
  readonly uncounted: Found;
  /** Conversations with an item in front of the first position. */
  readonly negative: Found;
}

export interface ItemsReport {
  readonly items: number;
  readonly isWhole: boolean;
  /** Items that are not a JSON object. */
  readonly unreadable: Found;
  /** Items with another id inside than their row has. */
  readonly misnamed: Found;
}

class Tally implements Found {
  count = 0;
  readonly examples: string[] = [];

  add(example: string): void {
    this.count += 1;
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(example);
  }
}

/**
 * An append takes its positions from the conversation's `next_position`, so an item at that position or beyond is
 * one that was not counted, and the next append will collide with it. A gap below is where an item was deleted:
 * positions are never given twice.
 */
export async function checkPlaces(
  syntax: SqlSyntax,
  read: ReadQuery,
  { full, onProgress }: Thoroughness,
): Promise<PlacesReport> {
  const isWhole = full || (await hasAtMost(PLACES_OF_ALL_UP_TO, read));
  const [absent, uncounted, negative] = [new Tally(), new Tally(), new Tally()];
  let [conversations, items] = [0, 0];
  for await (const row of isWhole ? allPlaces(read) : drawnPlaces(syntax, read)) {
    const name = text(row, 'conversation_id');
    const next = integerOrNull(row, 'next_position');
    if (next === null) absent.add(name);
    else if (integer(row, 'last_position') >= next) uncounted.add(name);
    if (integer(row, 'first_position') < 0) negative.add(name);
    conversations += 1;
    items += integer(row, 'items');
    onProgress?.(items);
  }
  return { conversations, items, isWhole, absent, uncounted, negative };
}

export async function checkItems(
  syntax: SqlSyntax,
  read: ReadQuery,
  { full, onProgress }: Thoroughness,
): Promise<ItemsReport> {
  const isWhole = full || (await hasAtMost(INSIDE_OF_ALL_UP_TO, read));
  const [unreadable, misnamed] = [new Tally(), new Tally()];
  let items = 0;
  for await (const batch of isWhole ? allItems(read) : drawnItems(syntax, read)) {
    for (const { id, conversationId, data } of batch) {
      const found = idInside(data);
      if (found === undefined) unreadable.add(`${id} of ${conversationId}`);
      else if (found.id !== id) misnamed.add(`${id} of ${conversationId}`);
    }
    items += batch.length;
    onProgress?.(items);
  }
  return { items, isWhole, unreadable, misnamed };
}

async function hasAtMost(most: number, read: ReadQuery): Promise<boolean> {
  const [row] = await read({ sql: sql.countRows('items'), parameters: [most + 1] });
  return row !== undefined && integer(row, 'count') <= most;
}

/** Undefined: the text is no JSON object. */
function idInside(data: string): { readonly id: unknown } | undefined {
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
    const rows = await placesBehind(last, read);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = conversationOf(end);
  }
}

async function* drawnPlaces(syntax: SqlSyntax, read: ReadQuery): AsyncGenerator<Row> {
  const seen = new Set<string>();
  for (const place of await draw(syntax, read)) {
    for (const row of await placesBehind(place, read)) {
      const { tenant, conversationId } = conversationOf(row);
      const name = JSON.stringify([tenant, conversationId]);
      if (!seen.has(name)) yield row;
      seen.add(name);
    }
  }
}

function placesBehind(
  { tenant, conversationId }: ConversationKey,
  read: ReadQuery,
): Promise<readonly Row[]> {
  return read({
    sql: sql.SELECT_PLACES,
    parameters: [tenant, conversationId, CONVERSATIONS_PER_BATCH],
  });
}

async function* allItems(read: ReadQuery): AsyncGenerator<readonly ArchivedItem[]> {
  const end = await lastConversation(read);
  if (end === undefined) return;
  yield* itemBatches({ tenant: '', conversationId: '', position: 0 }, end, read);
}

/** One batch behind each place that is drawn. */
async function* drawnItems(
  syntax: SqlSyntax,
  read: ReadQuery,
): AsyncGenerator<readonly ArchivedItem[]> {
  const end = await lastConversation(read);
  if (end === undefined) return;
  for (const { position, ...place } of await draw(syntax, read)) {
    for await (const batch of itemBatches({ ...place, position: position - 1 }, end, read)) {
      yield batch;
      break;
    }
  }
}

async function lastConversation(read: ReadQuery): Promise<ConversationKey | undefined> {
  const [row] = await read({ sql: sql.SELECT_LAST_CONVERSATION_OF_ITEMS, parameters: [] });
  return row === undefined ? undefined : conversationOf(row);
}

async function draw(syntax: SqlSyntax, read: ReadQuery): Promise<readonly ItemPlace[]> {
  const query = { sql: sql.selectRandomPlaces(syntax), parameters: [DRAWN_PLACES] };
  const rows = await read(query);
  return rows.map((row) => ({ ...conversationOf(row), position: integer(row, 'position') }));
}

function conversationOf(row: Row): ConversationKey {
  return { tenant: text(row, 'tenant'), conversationId: text(row, 'conversation_id') };
}
