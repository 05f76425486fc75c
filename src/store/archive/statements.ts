import { columnList, type ArchivedTable, type ConversationTable, type Table } from '../tables.ts';

/** Rows after `$1`, `$2`, at most `$3`. With a tenant, `$1` is that tenant, and the id alone is compared. */
export function selectConversationsBatch(table: Table, ofOneTenant: boolean): string {
  return `
    SELECT ${columnList(table)} FROM ${table.name}
    WHERE ${ofOneTenant ? 'tenant = $1 AND id > $2' : '(tenant, id) > ($1, $2)'}
    ORDER BY tenant, id
    LIMIT $3`;
}

function parameter(index: number): string {
  return `$${index + 1}`;
}

/** The beginning of a batch: a conversation's first row, or the row after one with the given key. */
export type BatchStart = 'conversation' | 'row';

/**
 * Selects rows in the order of the key. The parameters are the start (tenant and conversation, or a row's key), the
 * tenant and id of the last conversation, and the most rows. A table with large texts takes the most bytes as well.
 */
export function selectRowsBatch(
  table: ConversationTable<ArchivedTable>,
  start: BatchStart,
): string {
  const conversation = `tenant, ${table.conversationColumn}`;
  const order = table.primaryKey.join(', ');
  const first = start === 'conversation' ? [conversation, '>='] : [order, '>'];
  const width = start === 'conversation' ? 2 : table.primaryKey.length;
  const from = Array.from({ length: width }, (_, index) => parameter(index)).join(', ');
  const rows = `
      SELECT ${columnList(table)} FROM ${table.name}
      WHERE (${first[0]}) ${first[1]} (${from})
        AND (${conversation}) <= (${parameter(width)}, ${parameter(width + 1)})
      ORDER BY ${order}
      LIMIT ${parameter(width + 2)}`;
  if (table.largeColumn === undefined) return rows;
  return `
  SELECT ${columnList(table)}
  FROM (
    SELECT ${columnList(table)},
      row_number() OVER (ORDER BY ${order}) AS place,
      sum(octet_length(${table.largeColumn})) OVER (ORDER BY ${order}) AS bytes
    FROM (${rows}
    ) AS following
  ) AS counted
  WHERE place = 1 OR bytes <= ${parameter(width + 3)}
  ORDER BY ${order}`;
}
