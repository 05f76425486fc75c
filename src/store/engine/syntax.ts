/** The expressions in which SQLite and PostgreSQL differ, side by side. */

import type { AttributeName } from '../../base/row-filter.ts';
import { DISTRIBUTED_TABLES } from '../tables.ts';
import type { Value } from './query.ts';

/** Makes a value a parameter of the statement, and returns its `$n`. */
type Parameter = (value: Value) => string;

export interface SqlSyntax {
  readonly name: 'sqlite' | 'postgres' | 'citus';
  /**
   * Unix milliseconds, by the database's clock, at the beginning of the statement. Citus takes no clock that goes on
   * during a statement that changes rows.
   */
  readonly now: string;
  /** Returns the value of a column, or `now` where it is null. */
  orNow(column: string): string;
  /** Ends a SELECT whose rows stay as they are until the transaction ends. SQLite has one writer at a time. */
  readonly lockRows: '' | 'FOR UPDATE';
  /** Ends a SELECT whose rows stay as they are until the transaction ends, and which others may select so meanwhile. */
  readonly lockShared: '' | 'FOR SHARE';
  /**
   * Whether a statement copies rows of one conversation to another. Citus would copy them through the coordinator by
   * COPY, which row-level security refuses.
   */
  readonly copiesRows: boolean;
  /** Selects how many bytes the database takes, as `size`. */
  readonly selectSize: string;
  /** Selects the nodes of a sharded database that cannot be reached, as `node`; `undefined` for a single database. */
  readonly selectUnreachableNodes: string | undefined;
  /** Compares a column with a list of values. */
  isOneOf(column: string, values: readonly string[], parameter: Parameter): string;
  /** Compares the list under a conversation's attribute with a list of values: one in common suffices. */
  sharesAttribute(
    attribute: AttributeName,
    values: readonly string[],
    parameter: Parameter,
  ): string;
  /** Compares a conversation's metadata with a pair. */
  hasPair(key: string, value: string, parameter: Parameter): string;
  /** Checks whether a conversation's metadata have a key. */
  hasKey(key: string, parameter: Parameter): string;
}

/** The pairs of a conversation's metadata between commas, in SQLite. */
const PAIRS = `',' || substr(conversations.metadata, 2, length(conversations.metadata) - 2) || ','`;

const SQLITE_NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

export const SQLITE: SqlSyntax = {
  name: 'sqlite',
  now: SQLITE_NOW,
  orNow: (column) => `coalesce(${column}, ${SQLITE_NOW})`,
  lockRows: '',
  lockShared: '',
  copiesRows: true,
  selectSize: 'SELECT page_count * page_size AS size FROM pragma_page_count(), pragma_page_size()',
  selectUnreachableNodes: undefined,
  isOneOf: (column, values, parameter) =>
    `${column} IN (SELECT value FROM json_each(${parameter(values)}))`,
  sharesAttribute: (attribute, values, parameter) => `EXISTS (
    SELECT 1 FROM json_each(conversations.attributes, '$.${attribute}') AS theirs
    WHERE ${SQLITE.isOneOf('theirs.value', values, parameter)})`,
  hasPair: (key, value, parameter) => {
    const pair = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    // Compared as text, since SQLite has no U+0000 and no unpaired surrogates, which JSON escapes. Between commas, a
    // pair with a backslash occurs only where it is a pair.
    if (pair.includes('\\')) return `instr(${PAIRS}, ${parameter(`,${pair},`)}) > 0`;
    return `EXISTS (
      SELECT 1 FROM json_each(conversations.metadata) AS pair
      WHERE pair.key = ${parameter(key)} AND pair.value = ${parameter(value)})`;
  },
  // After a comma, a key with its colon occurs only where it is a key: quotation marks of a value are escaped.
  hasKey: (key, parameter) => `instr(${PAIRS}, ${parameter(`,${JSON.stringify(key)}:`)}) > 0`,
};

const POSTGRES_NOW = '(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

export const POSTGRES: SqlSyntax = {
  name: 'postgres',
  now: POSTGRES_NOW,
  // Citus takes no COALESCE of a clock in a statement that changes rows. No time that is stored is to come.
  orNow: (column) => `least(${column}, ${POSTGRES_NOW})`,
  lockRows: 'FOR UPDATE',
  lockShared: 'FOR SHARE',
  copiesRows: true,
  selectSize: 'SELECT pg_database_size(current_database()) AS size',
  selectUnreachableNodes: undefined,
  isOneOf: (column, values, parameter) => `${column} = ANY (${parameter(values)}::text[])`,
  // A list that is not there shares nothing; NULL would also undo the NOT around it.
  sharesAttribute: (attribute, values, parameter) =>
    `coalesce(conversations.attributes::jsonb -> '${attribute}' ?| ${parameter(values)}::text[], FALSE)`,
  // Compared as text, since jsonb has no U+0000 and no unpaired surrogates, which JSON can express.
  hasPair: (key, value, parameter) => {
    const pair = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    return `conversations.metadata ~ ${parameter(`${patternBefore(pair)}[,}]`)}`;
  },
  hasKey: (key, parameter) =>
    `conversations.metadata ~ ${parameter(patternBefore(`${JSON.stringify(key)}:`))}`,
};

/** The statements of PostgreSQL on Citus, where the conversations are in shards on other nodes. */
export const CITUS: SqlSyntax = {
  ...POSTGRES,
  name: 'citus',
  copiesRows: false,
  selectSize: `SELECT ${[
    'pg_database_size(current_database())',
    ...DISTRIBUTED_TABLES.map(({ name }) => `citus_total_relation_size('${name}')`),
  ].join(' + ')} AS size`,
  selectUnreachableNodes: `
    SELECT nodename || ', port ' || nodeport AS node FROM pg_dist_node
    WHERE isactive AND noderole = 'primary' AND groupid <> 0
      AND NOT citus_check_connection_to_node(nodename, nodeport)
    ORDER BY node`,
};

const ANY_STRING = String.raw`"([^"\\]|\\.)*"`;

/** A regular expression for JSON objects of strings, without white space, in which a text follows some pairs. */
function patternBefore(text: string): string {
  const literal = text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
  return `^\\{(${ANY_STRING}:${ANY_STRING},)*${literal}`;
}
