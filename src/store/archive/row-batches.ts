import type { Query, Row, Value } from '../engine/query.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { cell } from '../engine/rows.ts';
import type { ArchivedTable, ConversationTable } from '../tables.ts';
import { selectRowsBatch, type BatchStart } from './statements.ts';

const FIRST_ROWS = 50;
const MOST_ROWS = 2_000;
/** Most bytes of a batch in memory; a single row may be larger. */
const MOST_BYTES = 4 * 1024 * 1024;

export type ReadQuery = (query: Query) => Promise<readonly Row[]>;

/** The place at which to begin: at a conversation's first row, or after the row with a key. */
export type BatchesStart =
  | { readonly kind: 'conversation'; readonly key: ConversationKey }
  | { readonly kind: 'row'; readonly key: readonly Value[] };

/** Streams a table's rows from `start` through conversation `end`, in the order of the key, in bounded batches. */
export async function* rowBatches(
  table: ConversationTable<ArchivedTable>,
  start: BatchesStart,
  end: ConversationKey,
  read: ReadQuery,
): AsyncGenerator<readonly Row[]> {
  const { primaryKey, largeColumn } = table;
  let last: { readonly kind: BatchStart; readonly key: readonly Value[] } =
    start.kind === 'row'
      ? start
      : { kind: 'conversation', key: [start.key.tenant, start.key.conversationId] };
  let limit = largeColumn === undefined ? MOST_ROWS : FIRST_ROWS;
  for (;;) {
    const bounds = [...last.key, end.tenant, end.conversationId, limit];
    const rows = await read({
      sql: selectRowsBatch(table, last.kind),
      parameters: largeColumn === undefined ? bounds : [...bounds, MOST_BYTES],
    });
    const lastRow = rows.at(-1);
    if (lastRow === undefined) return;
    yield rows;
    last = { kind: 'row', key: primaryKey.map((column) => cell(lastRow, column)) };
    if (largeColumn !== undefined) limit = nextLimit(limit, largeColumn, rows);
  }
}

/** Returns how many rows will fit, by the size of the last ones: a database reads all the rows that a limit allows. */
function nextLimit(limit: number, largeColumn: string, rows: readonly Row[]): number {
  const size = rows.reduce((sum, row) => sum + String(cell(row, largeColumn)).length, 0);
  const fitting = Math.floor(MOST_BYTES / (size / rows.length));
  return Math.max(1, Math.min(fitting, limit * 2, MOST_ROWS));
}
