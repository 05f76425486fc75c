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
    reason: 'COALESCE and CASE with a clock are refused in a statement that changes rows',
    hasForm: (sql) =>
      CHANGE.test(sql) && conditionalsOf(sql.replace(/\bRETURNING\b[^]*/i, '')).some(hasClock),
  },
  {
    reason: 'CASE with a value is sent to the workers with a comparison of the value and a boolean',
    hasForm: (sql) => CHANGE.test(sql) && /\bCASE\s+(?!WHEN\b)/i.test(sql),
  },
  {
    reason: 'the part after ON CONFLICT takes immutable functions alone',
    hasForm: (sql) => hasClock(/\bON CONFLICT\b[^]*/i.exec(sql)?.[0] ?? ''),
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

function hasClock(sql: string): boolean {
  return /\b(?:statement_timestamp|transaction_timestamp|now|extract)\s*\(/i.test(sql);
}

/** Returns the text of each COALESCE and CASE, with those within. */
function conditionalsOf(sql: string): readonly string[] {
  const begins = sql.matchAll(/\bCASE\b|\bcoalesce(?=\s*\()/gi);
  return [...begins].map(({ index, 0: word }) => {
    const parts = word.toUpperCase() === 'CASE' ? /\b(?<in>CASE)\b|\bEND\b/gi : /(?<in>\()|\)/g;
    parts.lastIndex = index;
    let depth = 0;
    for (let part = parts.exec(sql); part !== null; part = parts.exec(sql)) {
      depth += part.groups?.['in'] === undefined ? -1 : 1;
      if (depth === 0) return sql.slice(index, parts.lastIndex);
    }
    return sql.slice(index);
  });
}

/** Returns why Citus would not keep a statement in one shard; `undefined` when it does. */
export function reasonAgainst(sql: string): string | undefined {
  return FORMS.find(({ hasForm }) => hasForm(sql))?.reason;
}
