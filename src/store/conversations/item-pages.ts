/** Pages of the items of a conversation, in SQL. */

import { rowsToFetch, type Order } from '../../base/paging.ts';
import type { Value } from '../engine/query.ts';
import { keyOf, type Statement } from './access-condition.ts';
import type { ListItemsParams } from './port.ts';

/** A statement, and its own parameters. */
export interface ItemsQuery {
  readonly statement: Statement;
  readonly parameters: readonly Value[];
}

/** Characters from both ends of an item that is too large for a page, among which its role is mostly found. */
const HEAD_LENGTH = 1_536;
const TAIL_LENGTH = 128;

/** Bits of the largest number of items that a search by time expects in a conversation. */
const MOST_ITEMS = 2 ** 32;

/**
 * Makes the statement for a page of items by position. No row means an empty page or an absent conversation or cursor,
 * which {@link pageBasis} tells apart.
 */
export function itemsPage(params: ListItemsParams): ItemsQuery {
  const { page, before, mostBytes, hasPlacements = false } = params;
  const cursor = page.after ?? before;
  const order = isBackwards(params) ? opposite(page.order) : page.order;
  const shape = [...shapeOf(params), order, cursor !== undefined, mostBytes !== undefined];
  const statement = once(['page', ...shape, hasPlacements].join(' '), () => {
    const next = numbering(4);
    const bounds = boundsOf(params, next);
    const start = startOf(params, next);
    const most = mostBytes === undefined ? undefined : next();
    const beyond = cursor === undefined ? [] : [beyondCursor(order, next(), bounds)];
    const columns = ['id', 'type', ...dataColumns(most)];
    return selectPage(
      hasPlacements ? [...columns, 'position', 'created_at'] : columns,
      [...bounds, ...start, ...beyond],
      order,
    );
  });
  const { within, position, createdFrom } = params;
  const own = [within?.from, within?.until, position, createdFrom, mostBytes, cursor];
  const given = own.filter((value) => value !== undefined);
  return { statement, parameters: [...keyOf(params), rowsToFetch(page), ...given] };
}

/**
 * Makes the statement for the basis of a page. No row means that the conversation is absent, a null `position` that the
 * cursor's item is.
 */
export function pageBasis(params: ListItemsParams): ItemsQuery {
  const { within } = params;
  const statement = once(`basis ${within !== undefined}`, () => {
    const position = selectPosition('$3', boundsOf(params, numbering(4)));
    return (where) => `
    SELECT ${position} AS position
    FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}`;
  });
  const cursor = params.page.after ?? params.before ?? null;
  const bounds = within === undefined ? [] : [within.from, within.until];
  return { statement, parameters: [...keyOf(params), cursor, ...bounds] };
}

/** Whether the page is read towards its beginning, from the item that it ends in front of. */
export function isBackwards({ page, before }: ListItemsParams): boolean {
  return page.after === undefined && before !== undefined;
}

function opposite(order: Order): Order {
  return order === 'asc' ? 'desc' : 'asc';
}

const statements = new Map<string, Statement>();

/** Returns the one statement of a shape: stores find what they have prepared by it. */
function once(shape: string, make: () => Statement): Statement {
  const made = statements.get(shape) ?? make();
  statements.set(shape, made);
  return made;
}

type Next = () => string;

/** Numbers parameters from `first` on. */
function numbering(first: number): Next {
  let number = first - 1;
  return () => `$${(number += 1)}`;
}

type Bounds = Pick<ListItemsParams, 'within' | 'position' | 'createdFrom' | 'page'>;

function shapeOf({ within, position, createdFrom, page }: Bounds): readonly (string | boolean)[] {
  const start = position === undefined ? 'no' : page.order;
  return [within !== undefined, start, createdFrom !== undefined];
}

/** The conditions on the positions that the list has. */
function boundsOf({ within }: Bounds, next: Next): readonly string[] {
  return within === undefined ? [] : [`position >= ${next()}`, `position < ${next()}`];
}

/** The conditions on the place at which the page begins. */
function startOf({ position, createdFrom, page }: Bounds, next: Next): readonly string[] {
  return [
    ...(position === undefined ? [] : [`position ${page.order === 'asc' ? '>=' : '<='} ${next()}`]),
    ...(createdFrom === undefined ? [] : [createdFromOn(next())]),
  ];
}

/**
 * The condition on items from the first one on that was created at a time or later. A search by halves, which takes a
 * step down the index for each bit: items are created in the order of their positions.
 */
function createdFromOn(time: string): string {
  return `position > (
      WITH RECURSIVE search (place, step) AS (
        SELECT CAST(-1 AS BIGINT), CAST(${MOST_ITEMS} AS BIGINT)
        UNION ALL
        SELECT place + CASE
          WHEN (
            SELECT following.created_at FROM items AS following
            WHERE following.tenant = $1 AND following.conversation_id = $2
              AND following.position >= place + step
            ORDER BY following.position LIMIT 1
          ) < ${time} THEN step ELSE 0 END, step / 2
        FROM search WHERE step > 0
      )
      SELECT max(place) FROM search)
    AND created_at >= ${time}`;
}

/** An item that has more bytes than the parameter `most` has its two ends alone, with a line break between them. */
function dataColumns(most: string | undefined): readonly string[] {
  if (most === undefined) return ['data'];
  const ends = `substr(data, 1, ${HEAD_LENGTH}) || '\n' || substr(data, length(data) - ${TAIL_LENGTH - 1})`;
  return [
    `CASE WHEN octet_length(data) <= CAST(${most} AS BIGINT) THEN data ELSE ${ends} END AS data`,
    'octet_length(data) AS bytes',
  ];
}

function beyondCursor(order: Order, cursor: string, bounds: readonly string[]): string {
  return `position ${order === 'asc' ? '>' : '<'} ${selectPosition(cursor, bounds)}`;
}

function selectPosition(itemId: string, bounds: readonly string[]): string {
  const conditions = ['tenant = $1', `id = ${itemId}`, 'conversation_id = $2', ...bounds];
  return `(
      SELECT position FROM items
      WHERE ${conditions.join(' AND ')})`;
}

/** The access condition is part of the limit, where it is evaluated once; in WHERE, SQLite evaluates it for each row. */
function selectPage(
  columns: readonly string[],
  conditions: readonly string[],
  order: Order,
): Statement {
  return (where) => `
    SELECT ${columns.join(', ')} FROM items
    WHERE ${['tenant = $1', 'conversation_id = $2', ...conditions].join(' AND ')}
    ORDER BY position ${order === 'asc' ? 'ASC' : 'DESC'}
    LIMIT coalesce(
      (SELECT CAST($3 AS BIGINT) FROM conversations WHERE tenant = $1 AND id = $2 AND ${where}), 0)`;
}
