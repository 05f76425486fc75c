/** The records of some conversations, read in small pieces, each of its own moment. */

import type { RowFilter } from '../../base/row-filter.ts';
import { choiceConditions, type ConversationChoice } from '../conversations/choice.ts';
import { presenceSql, type Presence } from '../conversations/presence.ts';
import { rowFilterSql } from '../conversations/row-filter-sql.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { ARCHIVED_CHILD_TABLES, ARCHIVED_TABLES, columnList } from '../tables.ts';
import type { ArchiveRecord } from './port.ts';
import { toRecord } from './records.ts';
import { rowBatches, type ReadQuery } from './row-batches.ts';

/** Conversations that are looked at in one statement, whether they are chosen or not. */
const CONVERSATIONS_PER_PIECE = 1_000;

/** The conversations of a tenant that a caller may read and has chosen. */
export interface ArchiveSelection extends ConversationChoice {
  readonly tenant: string;
  readonly access: RowFilter;
}

/**
 * Yields the conversations by id, each followed by what belongs to it. What is stored in a conversation after it was
 * read is left out, so that its records fit together. `live` ones are those that callers find, without what only holds
 * have kept.
 */
export async function* selectedRecords(
  selection: ArchiveSelection,
  presence: 'live' | 'stored',
  syntax: SqlSyntax,
  read: ReadQuery,
): AsyncGenerator<readonly ArchiveRecord[]> {
  let after = '';
  for (;;) {
    const [piece] = await read({
      sql: SELECT_END_OF_PIECE,
      parameters: [selection.tenant, after, CONVERSATIONS_PER_PIECE],
    });
    if (piece === undefined) return;
    const until = text(piece, 'id');
    for (const row of await read(chosenIn(selection, { after, until, presence }, syntax))) {
      yield [toRecord(ARCHIVED_TABLES.conversations, row)];
      yield* recordsOf(row, presence, read);
    }
    after = until;
  }
}

/** The last id of the piece of at most `$3` conversations after `$2`. */
const SELECT_END_OF_PIECE = `
  SELECT id FROM (
    SELECT id FROM conversations WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3
  ) AS piece
  ORDER BY id DESC
  LIMIT 1`;

function chosenIn(
  { tenant, access, ...choice }: ArchiveSelection,
  piece: { readonly after: string; readonly until: string; readonly presence: Presence },
  syntax: SqlSyntax,
): Query {
  const parameters: Value[] = [tenant, piece.after, piece.until];
  const parameter = (value: Value): string => `$${parameters.push(value)}`;
  const { sql, parameters: own } = rowFilterSql(access, parameters.length + 1, syntax);
  parameters.push(...own);
  const present = presenceSql(piece.presence, syntax);
  const conditions = [sql, present, ...choiceConditions(choice, syntax, parameter)];
  return {
    sql: `
      SELECT ${columnList(ARCHIVED_TABLES.conversations)} FROM conversations
      WHERE tenant = $1 AND id > $2 AND id <= $3
        AND ${conditions.map((condition) => `(${condition})`).join(' AND ')}
      ORDER BY id`,
    parameters,
  };
}

/** Yields what belongs to a conversation that was read. */
async function* recordsOf(
  conversation: Row,
  presence: Presence,
  read: ReadQuery,
): AsyncGenerator<readonly ArchiveRecord[]> {
  const next = integer(conversation, 'next_position');
  const key = { tenant: text(conversation, 'tenant'), conversationId: text(conversation, 'id') };
  for (const table of ARCHIVED_CHILD_TABLES) {
    if (presence === 'live' && table.name === ARCHIVED_TABLES.held_items.name) continue;
    const place = PLACES[table.name];
    if (place !== undefined && next === 0) continue;
    for await (const rows of rowBatches(table, { kind: 'conversation', key }, key, read)) {
      const known = rows.filter((row) => place === undefined || place(row) <= next);
      yield known.map((row) => toRecord(table, row));
    }
  }
}

/** The position after the last one that a row takes, which its conversation has given out. */
const PLACES: Readonly<Record<string, (row: Row) => number>> = {
  items: (row) => integer(row, 'position') + 1,
  responses: (row) => integer(row, 'end_position'),
};
