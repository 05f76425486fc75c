/**
 * Forms of SQL that a statement about one conversation must not have, since Citus 13 refuses them or leaves the shard
 * of the conversation. `npx vitest run test/postgres/sharding.test.ts` holds the statements to the list.
 */
const FORMS: readonly { readonly reason: string; readonly hasForm: (sql: string) => boolean }[] = [
  {
    reason: 'the rows of a modifying WITH are sent to all workers, which then commit in two phases',
    hasForm: (sql) => /^\s*WITH\b[^]*\b(?:UPDATE|INSERT INTO|DELETE)\b/i.test(sql),
  },
  {
    reason: 'recursion over all shards is refused',
    hasForm: (sql) => /\bRECURSIVE\b/i.test(sql) && !NAMES_ITEMS.test(sql),
  },
  {
    reason: 'rows are locked in one shard alone, which the id of the conversation must name',
    hasForm: (sql) => LOCKING.test(sql) && !NAMES_CONVERSATION.test(sql),
  },
  {
    reason: 'a function that is volatile is refused in a statement that changes rows',
    hasForm: (sql) => CHANGE.test(sql) && /\b(?:clock_timestamp|timeofday|random)\s*\(/i.test(sql),
  },
  {
    reason: 'the part after ON CONFLICT takes immutable functions alone',
    hasForm: (sql) =>
      /\bON CONFLICT\b[^]*\b(?:statement_timestamp|transaction_timestamp|now|extract)\s*\(/i.test(
        sql,
      ),
  },
  {
    reason:
      'the rows of a function are joined to a shard, and may not be the outer side of a subquery',
    hasForm: (sql) => SET_RETURNING.test(sql) && /\b(?:EXISTS|LATERAL)\b/i.test(sql),
  },
  {
    reason:
      'rows of a function alone go to the coordinator first, and are copied into the shard in two phases',
    hasForm: (sql) =>
      /\bINSERT\b[^]*\bSELECT\b/i.test(sql) &&
      SET_RETURNING.test(sql) &&
      !/\bFROM (?:conversations|responses)\b/i.test(sql),
  },
  {
    reason: 'under row-level security, RETURNING does not find a table without a name of its own',
    hasForm: (sql) =>
      /\bINSERT INTO \w+ \([^]*\bSELECT\b[^]*\bRETURNING\b/i.test(sql) &&
      !/\bON CONFLICT\b/i.test(sql),
  },
  {
    reason: 'rows that leave their shard go to the coordinator first, and are copied in two phases',
    hasForm: (sql) => /\bINSERT INTO\b[^]*\bSELECT [\w.]+, \$\d/i.test(sql),
  },
  {
    reason: 'one message takes one statement',
    hasForm: (sql) => /;\s*\S/.test(sql),
  },
  {
    reason: 'without the id of the conversation, all shards are asked',
    hasForm: (sql) =>
      !NAMES_CONVERSATION.test(sql) &&
      !/^\s*INSERT INTO conversations\b/i.test(sql) &&
      // One row, of which the second cell is the conversation or the key.
      !/^\s*INSERT INTO \w+ (?:AS \w+ )?\(tenant, (?:conversation_id|id),[^)]*\)\s+VALUES \(\$1, \$2,/i.test(
        sql,
      ),
  },
];

const CHANGE = /\b(?:INSERT INTO|UPDATE|DELETE FROM)\b/i;
const LOCKING = /\bFOR (?:NO KEY UPDATE|UPDATE|SHARE|KEY SHARE)\b/i;
const SET_RETURNING = /\b(?:unnest|json_to_recordset|json_each|generate_series)\s*\(/i;
const NAMES_CONVERSATION = /\b(?:conversation_id|id) = \$2\b/;

/** The items of one conversation, of which each of a statement's tables must be. */
const NAMES_ITEMS = /\bFROM items\b[^]*\bconversation_id = \$2\b/;

/** Returns why Citus would not keep a statement in one shard; `undefined` when it does. */
export function reasonAgainst(sql: string): string | undefined {
  return FORMS.find(({ hasForm }) => hasForm(sql))?.reason;
}
