/** Checks that the index of words finds what is stored. */

import { wordsOf } from '../../base/words.ts';
import { searchedText } from '../../contract/search/searched-text.ts';
import type { ReadQuery } from '../archive/row-batches.ts';
import type { Query } from '../engine/query.ts';
import { cell, integer, text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { ftsQuery, wordsQuery } from '../search/matching.ts';
import { conversationWord } from '../search/scope.ts';
import { drawing } from './drawing.ts';
import { selectRandomPlaces } from './statements.ts';

const DRAWN_ITEMS = 200;
const MOST_EXAMPLES = 3;

export interface SearchState {
  /** Items in the index. */
  readonly indexed: number;
  /** Positions that are not in the index yet, and their conversations. */
  readonly waiting: number;
  readonly conversations: number;
  /** Deleted items whose words are still to be erased. */
  readonly erasing: number;
}

export interface SearchReport {
  /** Items of a sample that should be in the index. */
  readonly items: number;
  /** Those that it does not find by their longest word, a few by their ids. */
  readonly missing: { readonly count: number; readonly examples: readonly string[] };
}

const COUNT_INDEXED = 'SELECT count(*) AS count FROM indexed_items';
const COUNT_WAITING = `
  SELECT count(*) AS conversations,
    CAST(coalesce(sum(next_position - indexed_until), 0) AS BIGINT) AS positions
  FROM conversations WHERE is_hidden <> 1 AND indexed_until < next_position`;
const COUNT_ERASING = 'SELECT count(*) AS count FROM words_to_erase';

export async function readSearchState(syntax: SqlSyntax, read: ReadQuery): Promise<SearchState> {
  const one = async (sql: string) => {
    const [row] = await read({ sql, parameters: [] });
    if (row === undefined) throw new Error('an aggregate has no row');
    return row;
  };
  const waiting = await one(COUNT_WAITING);
  return {
    indexed: integer(await one(COUNT_INDEXED), 'count'),
    waiting: integer(waiting, 'positions'),
    conversations: integer(waiting, 'conversations'),
    erasing: syntax.name === 'sqlite' ? integer(await one(COUNT_ERASING), 'count') : 0,
  };
}

/** Searches for items picked at random. */
export async function checkSearch(syntax: SqlSyntax, read: ReadQuery): Promise<SearchReport> {
  const places = await read(await drawing(selectRandomPlaces, DRAWN_ITEMS, syntax, read));
  const missing: string[] = [];
  const seen = new Set<string>();
  let items = 0;
  for (const place of places) {
    const tenant = text(place, 'tenant');
    const conversationId = text(place, 'conversation_id');
    const key = [tenant, conversationId, integer(place, 'position')];
    // SQLite draws some of few items several times.
    if (seen.size === seen.add(JSON.stringify(key)).size) continue;
    const [item] = await read({ sql: SELECT_INDEXED_ITEM, parameters: key });
    if (item === undefined) continue;
    items += 1;
    const number = cell(item, 'doc');
    const words = searchedText(text(item, 'data'))
      .texts.flatMap(wordsOf)
      .map((word) => word.text);
    const longest = words.toSorted((a, b) => b.length - a.length)[0];
    const query = findQuery(syntax, conversationWord({ tenant, conversationId }), longest, key);
    const found = number === null ? [] : await read(query);
    if (!found.some((row) => cell(row, 'doc') === number)) missing.push(text(item, 'id'));
  }
  return { items, missing: { count: missing.length, examples: missing.slice(0, MOST_EXAMPLES) } };
}

/** Selects an item that the index should have, and the number under which it has it. */
const SELECT_INDEXED_ITEM = `
  SELECT items.id, items.data, indexed_items.doc
  FROM conversations
  JOIN items ON items.tenant = conversations.tenant AND items.conversation_id = conversations.id
  LEFT JOIN indexed_items
    ON indexed_items.tenant = items.tenant AND indexed_items.conversation_id = items.conversation_id
      AND indexed_items.position = items.position
  WHERE conversations.tenant = $1 AND conversations.id = $2 AND items.position = $3
    AND conversations.is_hidden <> 1 AND items.position >= 0
    AND items.position < conversations.indexed_until`;

function findQuery(
  syntax: SqlSyntax,
  scope: string,
  word: string | undefined,
  [tenant = '', conversationId = '']: readonly (string | number)[],
): Query {
  const wanted = word === undefined ? [] : [{ words: [word], isPrefix: false }];
  const terms = { wanted, unwanted: [] };
  return syntax.name === 'sqlite'
    ? {
        sql: 'SELECT rowid AS doc FROM item_words WHERE item_words MATCH $1',
        parameters: [ftsQuery([[scope]], terms)],
      }
    : {
        sql: `
          SELECT doc FROM indexed_items
          WHERE array_to_tsvector(string_to_array(words, ' ')) @@ $1::tsquery
            AND tenant = $2 AND conversation_id = $3`,
        parameters: [wordsQuery([[scope]], terms), tenant, conversationId],
      };
}
