/** Searching in PostgreSQL's index of words. */

import type { Query, Row } from '../engine/query.ts';
import { integer } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import {
  FOUND_COLUMNS,
  foundCondition,
  numberBounds,
  Parameters,
  placeBefore,
} from './conditions.ts';
import type { FoundRows, ReadRows, SearchEngine } from './engine.ts';
import { scopesOf, spacedScopes, spacedText, wordsQuery } from './matching.ts';
import { MOST_RANKED, type SearchByRankParams, type SearchByTimeParams } from './port.ts';

/** The newest documents of the tenant that are read one by one, before the index of words is asked. */
const READ_DOCUMENTS = [500, 5_000] as const;
/** Most documents with the words that a page looks at. */
const MOST_DOCUMENTS = 10_000;

type Sought = Pick<SearchByTimeParams, 'tenant' | 'access' | 'filters' | 'terms' | 'limit'>;

/**
 * A frequent word is found among the newest documents, which an index has in order. The index of words has no order: all
 * documents with them are read and sorted, which only rare words are good for.
 */
async function rowsByTime(
  params: SearchByTimeParams,
  syntax: SqlSyntax,
  read: ReadRows,
): Promise<FoundRows> {
  for (const most of readDocuments(params)) {
    const rows = await read(pageQuery(params, { kind: 'newest', most }, syntax));
    if (rows.length > params.limit) return { rows, until: undefined };
  }
  const [bound] = await read(boundQuery(params));
  const count = bound === undefined ? 0 : integer(bound, 'count');
  if (bound === undefined || count === 0) return { rows: [], until: undefined };
  if (count <= MOST_DOCUMENTS) {
    const rows = await read(pageQuery(params, { kind: 'with-words' }, syntax));
    return { rows, until: undefined };
  }
  // The documents with the lowest number may go on beyond the bound.
  const above = integer(bound, 'number');
  const rows = await read(pageQuery(params, { kind: 'with-words', above }, syntax));
  return { rows, until: placeBefore(above) };
}

/** Returns how many of the newest documents are read, in steps. Few of them are of one owner or of one conversation. */
function readDocuments(params: SearchByTimeParams): readonly number[] {
  if (params.filters.conversationId !== undefined) return [];
  return scopesOf(params).length > 1 ? READ_DOCUMENTS.slice(0, 1) : READ_DOCUMENTS;
}

type Documents =
  | { readonly kind: 'newest'; readonly most: number }
  | { readonly kind: 'with-words'; readonly above?: number };

const ORDER = 'doc DESC, conversation_id DESC, position DESC';

function pageQuery(params: SearchByTimeParams, documents: Documents, syntax: SqlSyntax): Query {
  const parameters = new Parameters();
  const chosen =
    documents.kind === 'newest'
      ? `
        SELECT tenant, conversation_id, position, doc FROM (
          SELECT * FROM indexed_items
          WHERE ${placeConditions(params, parameters).join(' AND ')}
          ORDER BY ${ORDER}
          LIMIT ${documents.most}
        ) AS newest
        WHERE ${textConditions(params, parameters).join(' AND ')}`
      : `
        SELECT tenant, conversation_id, position, doc FROM indexed_items
        WHERE ${[
          ...placeConditions(params, parameters),
          ...wordConditions(params, parameters),
          ...(documents.above === undefined
            ? []
            : [`doc > CAST(${parameters.add(documents.above)} AS BIGINT)`]),
        ].join(' AND ')}`;
  return joined(
    params,
    {
      chosen,
      columns: 'chosen.doc AS number',
      // Sort by an expression for rare words: otherwise the planner reads the index by time to its end.
      order: `${documents.kind === 'newest' ? 'chosen.doc' : 'chosen.doc + 0'} DESC, chosen.conversation_id DESC, chosen.position DESC`,
    },
    syntax,
    parameters,
  );
}

/** Joins chosen documents with the items and conversations that the caller may see. */
function joined(
  params: Sought & { readonly offset?: number },
  {
    chosen,
    columns,
    order,
  }: { readonly chosen: string; readonly columns: string; readonly order: string },
  syntax: SqlSyntax,
  parameters: Parameters,
): Query {
  const { tenant, limit, offset = 0 } = params;
  const sql = `
      SELECT ${FOUND_COLUMNS}, ${columns}
      FROM (${chosen}
      ) AS chosen
      JOIN conversations
        ON conversations.tenant = chosen.tenant AND conversations.id = chosen.conversation_id
      JOIN items
        ON items.tenant = chosen.tenant AND items.conversation_id = chosen.conversation_id
          AND items.position = chosen.position
      WHERE conversations.tenant = ${parameters.add(tenant)} AND ${foundCondition(params, syntax, parameters)}
      ORDER BY ${order}
      LIMIT CAST(${parameters.add(limit + 1)} AS BIGINT) OFFSET CAST(${parameters.add(offset)} AS BIGINT)`;
  return { sql, parameters: parameters.values };
}

/** Selects the number of the last document that a page looks at, and how many there are, up to one more than that. */
function boundQuery(params: SearchByTimeParams): Query {
  const parameters = new Parameters();
  const conditions = [
    ...placeConditions(params, parameters),
    ...wordConditions(params, parameters),
  ].join(' AND ');
  return {
    sql: `
      SELECT min(doc) AS number, count(*) AS count
      FROM (
        SELECT doc FROM indexed_items WHERE ${conditions} ORDER BY doc DESC LIMIT ${MOST_DOCUMENTS + 1}
      ) AS documents`,
    parameters: parameters.values,
  };
}

/** The conditions on the tenant, the conversation and the place of a document. */
function placeConditions(
  { tenant, filters, after }: Pick<SearchByTimeParams, 'tenant' | 'filters' | 'after'>,
  parameters: Parameters,
): readonly string[] {
  const { conversationId } = filters;
  return [
    `tenant = ${parameters.add(tenant)}`,
    ...(conversationId === undefined
      ? []
      : [`conversation_id = ${parameters.add(conversationId)}`]),
    ...(after === undefined
      ? []
      : [
          `(doc, conversation_id, position) < (CAST(${parameters.add(after.number)} AS BIGINT), ${parameters.add(after.conversationId)}, CAST(${parameters.add(after.position)} AS BIGINT))`,
        ]),
    ...numberBounds('doc', filters, parameters),
  ];
}

/** The conditions that the index of words answers, and those of phrases and exclusions, which it does not. */
function wordConditions(params: Sought, parameters: Parameters): readonly string[] {
  const { terms } = params;
  const query = parameters.add(wordsQuery(scopesOf(params), terms));
  return [
    `array_to_tsvector(string_to_array(words, ' ')) @@ ${query}::tsquery`,
    ...terms.wanted
      .filter(({ words }) => words.length > 1)
      .map((term) => hasText(spacedText(term), parameters)),
    ...unwantedConditions(params, parameters),
  ];
}

/** The same conditions on the text of the words alone. */
function textConditions(params: Sought, parameters: Parameters): readonly string[] {
  return [
    ...spacedScopes(scopesOf(params)).map(
      (texts) => `(${texts.map((text) => hasText(text, parameters)).join(' OR ')})`,
    ),
    ...params.terms.wanted.map((term) => hasText(spacedText(term), parameters)),
    ...unwantedConditions(params, parameters),
  ];
}

function unwantedConditions({ terms }: Sought, parameters: Parameters): readonly string[] {
  return terms.unwanted.map((term) => `NOT ${hasText(spacedText(term), parameters)}`);
}

/** The words with a space before and after each. */
const SPACED = `(' ' || words || ' ')`;

function hasText(text: string, parameters: Parameters): string {
  return `strpos(${SPACED}, ${parameters.add(text)}) > 0`;
}

async function rowsByRank(
  params: SearchByRankParams,
  syntax: SqlSyntax,
  read: ReadRows,
): Promise<readonly Row[]> {
  const parameters = new Parameters();
  const conditions = [
    ...placeConditions({ ...params, after: undefined }, parameters),
    ...wordConditions(params, parameters),
  ].join(' AND ');
  const scores = params.terms.wanted.map((term) => scoreOf(spacedText(term), parameters));
  const chosen = `
        SELECT tenant, conversation_id, position, doc, words FROM indexed_items
        WHERE ${conditions}
        ORDER BY doc DESC
        LIMIT ${MOST_RANKED}`;
  const columns = `(1000 * (${scores.join(' + ')}))::bigint AS score`;
  const order = 'score DESC, chosen.doc DESC, chosen.conversation_id DESC, chosen.position DESC';
  return read(joined(params, { chosen, columns, order }, syntax, parameters));
}

/** How good a match is by BM25, without the rarity of words: all that are ranked have the same ones. */
function scoreOf(term: string, parameters: Parameters): string {
  const text = parameters.add(term);
  const times = `((length(${SPACED}) - length(replace(${SPACED}, ${text}, ''))) / length(${text})::float8)`;
  return `${times} / (${times} + 1.2 * (0.25 + 0.75 * length(words) / ${USUAL_LENGTH}))`;
}

const USUAL_LENGTH = 500;

export const POSTGRES_SEARCH: SearchEngine = { rowsByTime, rowsByRank };
