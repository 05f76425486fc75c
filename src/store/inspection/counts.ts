/** Checks that conversations keep the counts of their items. */

import type { ReadQuery } from '../archive/row-batches.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Row } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { integer, integerOrNull, text } from '../engine/rows.ts';
import { draw, hasAtMost, Tally, type Occurrences, type Thoroughness } from './integrity.ts';

/** The most items of a store in which all counts are checked. */
const ITEMS_OF_ALL_UP_TO = 100_000;
const CONVERSATIONS_PER_BATCH = 200;
/** In larger stores, so many are counted at each place that is drawn. */
const CONVERSATIONS_PER_PLACE = 5;

export interface CountsReport {
  readonly conversations: number;
  /** `true` when all counts were checked. */
  readonly isWhole: boolean;
  /** Conversations that keep other counts than they have items and bytes. */
  readonly wrong: Occurrences;
  /** Conversations that were not counted yet. */
  readonly uncounted: number;
}

/** Compares the counts that conversations keep with their items. */
export async function checkCounts(
  syntax: SqlSyntax,
  read: ReadQuery,
  { full }: Thoroughness,
): Promise<CountsReport> {
  const isWhole = full || (await hasAtMost(ITEMS_OF_ALL_UP_TO, 'items', read));
  const wrong = new Tally();
  const seen = new Set<string>();
  let uncounted = 0;
  for await (const row of isWhole ? allCounts(read) : drawnCounts(syntax, read)) {
    const id = text(row, 'id');
    seen.add(JSON.stringify([text(row, 'tenant'), id]));
    const [items, bytes] = [integerOrNull(row, 'item_count'), integerOrNull(row, 'item_bytes')];
    if (items === null || bytes === null) uncounted += 1;
    else if (items !== integer(row, 'items') || bytes !== integer(row, 'bytes')) wrong.add(id);
  }
  return { conversations: seen.size, isWhole, wrong, uncounted };
}

async function* allCounts(read: ReadQuery): AsyncGenerator<Row> {
  let last: ConversationKey = { tenant: '', conversationId: '' };
  for (;;) {
    const rows = await countsAfter(last, CONVERSATIONS_PER_BATCH, read);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = { tenant: text(end, 'tenant'), conversationId: text(end, 'id') };
  }
}

async function* drawnCounts(syntax: SqlSyntax, read: ReadQuery): AsyncGenerator<Row> {
  for (const { key } of await draw(syntax, read)) {
    yield* await countsAfter(key, CONVERSATIONS_PER_PLACE, read);
  }
}

function countsAfter(
  { tenant, conversationId }: ConversationKey,
  limit: number,
  read: ReadQuery,
): Promise<readonly Row[]> {
  return read({ sql: SELECT_COUNTS, parameters: [tenant, conversationId, limit] });
}

const OF_CONVERSATION =
  'FROM items WHERE items.tenant = conversations.tenant AND items.conversation_id = conversations.id';

/** Selects the counts of the `$3` conversations after (`$1`, `$2`), as they are kept and as they are. */
const SELECT_COUNTS = `
  SELECT tenant, id, item_count, item_bytes,
    (SELECT count(*) ${OF_CONVERSATION}) AS items,
    (SELECT CAST(coalesce(sum(octet_length(data)), 0) AS BIGINT) ${OF_CONVERSATION}) AS bytes
  FROM conversations
  WHERE (tenant, id) > ($1, $2)
  ORDER BY tenant, id
  LIMIT $3`;

/** Forgets counts that are wrong, which a server then counts anew. */
export const FORGET_WRONG_COUNTS = `UPDATE conversations SET item_count = NULL, item_bytes = NULL, active_slot = 0, revision = revision + 1 WHERE item_count <> (SELECT count(*) ${OF_CONVERSATION}) OR item_bytes <> (SELECT coalesce(sum(octet_length(data)), 0) ${OF_CONVERSATION});`;
