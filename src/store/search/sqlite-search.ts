/** Searching in SQLite's full-text index. */

import type { Query, Row } from '../engine/query.ts';
import { cell, integer } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { FOUND_COLUMNS, foundCondition, numberBounds, Parameters } from './conditions.ts';
import type { FoundRows, ReadRows, SearchEngine } from './engine.ts';
import { ftsQuery, scopesOf } from './matching.ts';
import { MOST_RANKED, type SearchByRankParams, type SearchByTimeParams } from './port.ts';

/** How many documents with the words are looked at, in steps: each blocks the process, and most pages need the first. */
const STEPS = [250, 1_750, 8_000] as const;

async function rowsByTime(
  params: SearchByTimeParams,
  syntax: SqlSyntax,
  read: ReadRows,
): Promise<FoundRows> {
  const rows: Row[] = [];
  let before = params.after?.number;
  for (const step of STEPS) {
    const [bound] = await read(boundOf(params, before, step));
    const count = bound === undefined ? 0 : integer(bound, 'count');
    if (bound === undefined || count === 0) return { rows, until: undefined };
    const from = integer(bound, 'number');
    const wanted = params.limit + 1 - rows.length;
    rows.push(...(await read(pageOf(params, { before, from, limit: wanted }, syntax))));
    if (count < step) return { rows, until: undefined };
    before = from;
    if (rows.length > params.limit) break;
  }
  const until =
    before === undefined ? undefined : { number: before, conversationId: '', position: -1 };
  return { rows, until };
}

/** Selects the lowest number of the next documents with the words, and how many they are. */
function boundOf(params: SearchByTimeParams, before: number | undefined, most: number): Query {
  const parameters = new Parameters();
  const conditions = matchConditions(params, before, parameters);
  return {
    sql: `
      SELECT min(number) AS number, count(*) AS count
      FROM (
        SELECT rowid AS number FROM item_words
        WHERE ${conditions}
        ORDER BY rowid DESC
        LIMIT ${most})`,
    parameters: parameters.values,
  };
}

interface Window {
  readonly before: number | undefined;
  readonly from: number;
  readonly limit: number;
}

function pageOf(
  params: SearchByTimeParams,
  { before, from, limit }: Window,
  syntax: SqlSyntax,
): Query {
  const parameters = new Parameters();
  const conditions = [
    matchConditions(params, before, parameters),
    `item_words.rowid >= CAST(${parameters.add(from)} AS INTEGER)`,
    foundCondition(params, syntax, parameters),
  ];
  return {
    sql: `
      SELECT ${FOUND_COLUMNS}, item_words.rowid AS number
      FROM ${JOINED}
      WHERE ${conditions.join(' AND ')} AND indexed_items.tenant = ${parameters.add(params.tenant)}
      ORDER BY item_words.rowid DESC
      LIMIT CAST(${parameters.add(limit)} AS INTEGER)`,
    parameters: parameters.values,
  };
}

/** The full-text index comes first: its order is the order of the page. */
const JOINED = `item_words
      CROSS JOIN indexed_items ON indexed_items.doc = item_words.rowid
      CROSS JOIN conversations
        ON conversations.tenant = indexed_items.tenant
          AND conversations.id = indexed_items.conversation_id
      CROSS JOIN items
        ON items.tenant = indexed_items.tenant
          AND items.conversation_id = indexed_items.conversation_id
          AND items.position = indexed_items.position`;

function matchConditions(
  params: Pick<SearchByTimeParams, 'tenant' | 'access' | 'filters' | 'terms' | 'limit'>,
  before: number | undefined,
  parameters: Parameters,
): string {
  const query = ftsQuery(scopesOf(params), params.terms);
  return [
    `item_words MATCH ${parameters.add(query)}`,
    ...(before === undefined
      ? []
      : [`item_words.rowid < CAST(${parameters.add(before)} AS INTEGER)`]),
    ...numberBounds('item_words.rowid', params.filters, parameters),
  ].join(' AND ');
}

async function rowsByRank(
  params: SearchByRankParams,
  syntax: SqlSyntax,
  read: ReadRows,
): Promise<readonly Row[]> {
  const [bound] = await read(boundOf({ ...params, after: undefined }, undefined, MOST_RANKED));
  if (bound === undefined || cell(bound, 'number') === null) return [];
  const parameters = new Parameters();
  const conditions = [
    matchConditions(params, undefined, parameters),
    `item_words.rowid >= CAST(${parameters.add(integer(bound, 'number'))} AS INTEGER)`,
    foundCondition(params, syntax, parameters),
  ];
  return read({
    // The function calls good matches low. Cut to whole numbers, since the store knows no others.
    sql: `
      SELECT ${FOUND_COLUMNS}, CAST(-1000 * bm25(item_words) AS INTEGER) AS score
      FROM ${JOINED}
      WHERE ${conditions.join(' AND ')} AND indexed_items.tenant = ${parameters.add(params.tenant)}
      ORDER BY score DESC, item_words.rowid DESC
      LIMIT CAST(${parameters.add(params.limit + 1)} AS INTEGER) OFFSET CAST(${parameters.add(params.offset)} AS INTEGER)`,
    parameters: parameters.values,
  });
}

export const SQLITE_SEARCH: SearchEngine = { rowsByTime, rowsByRank };
