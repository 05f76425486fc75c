/** Deleting a conversation for good in pieces, in the two forms of a write. */

import type { Recording } from '../changes/recording.ts';
import { keyOf, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { DELETE_CHILDREN } from '../conversations/statements.ts';
import { eraseWords } from '../search/erasure.ts';
import { existenceTopics } from '../conversations/topics.ts';
import type { Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { Purged } from './port.ts';
import * as sql from './statements.ts';

/**
 * Deletes at most so many rows of each table of a purgeable conversation, and the conversation with its last ones. Each
 * statement has the condition of all, so that a hold, which may come at any time, ends the deletion.
 */
export function purge(
  key: ConversationKey,
  mostRows: number,
  recording: Recording,
  syntax: SqlSyntax,
): Write<Purged> {
  const here = keyOf(key);
  const keep = { sql: sql.keepDeleted(syntax), parameters: here };
  const pieces = sql.PURGED_TABLES.map((table) => ({
    sql: sql.purgeRows(table, syntax),
    parameters: [...here, mostRows],
  }));
  const conversation = { sql: sql.purgeConversation(syntax), parameters: here };
  const children: readonly Query[] = [
    ...DELETE_CHILDREN.map((statement) => ({ sql: statement, parameters: here })),
    ...recording.forget(key),
  ];
  const find = { sql: sql.selectPurged(syntax), parameters: here };
  const absent = { state: 'absent', items: 0, responses: 0 } as const;
  const held = { state: 'held', items: 0, responses: 0 } as const;
  return {
    scope: scopeOf(key),
    changes: existenceTopics(key),
    erases: true,
    inSteps: (steps) => {
      const began = performance.now();
      const kept = steps.all(keep);
      if (kept.length > 0) return { ...held, took: performance.now() - began };
      if (steps.get(find) === undefined) return { ...absent, took: performance.now() - began };
      // Before its items: the words are made of them.
      eraseWords(steps, key, { kind: 'all' });
      const counts = pieces.map((piece) => steps.all(piece).length);
      const gone = steps.all(conversation);
      if (gone.length > 0) for (const child of children) steps.run(child);
      const found = gone.length > 0 ? [] : steps.all(find);
      return { ...purged(counts, gone, found), took: performance.now() - began };
    },
    inRoundTrips: async (trips) => {
      const began = performance.now();
      const results = await trips.finish(keep, ...pieces, conversation, ...children, find);
      const took = performance.now() - began;
      if ((results[0] ?? []).length > 0) return { ...held, took };
      const counts = results.slice(1, pieces.length + 1).map((rows) => rows.length);
      const [gone = [], found = []] = [results[pieces.length + 1], results.at(-1)];
      return { ...purged(counts, gone, found), took };
    },
  };
}

/** Returns the result of a piece that has deleted so many rows of each table, and perhaps the conversation. */
function purged(
  counts: readonly number[],
  gone: readonly Row[],
  found: readonly Row[],
): Omit<Purged, 'took'> {
  const deleted = { items: countOf(counts, 'items'), responses: countOf(counts, 'responses') };
  if (gone.length > 0) return { state: 'gone', ...deleted };
  const isRest = counts.some((count) => count > 0) && found.length > 0;
  return { state: isRest ? 'rest' : 'absent', ...deleted };
}

/** Returns the count of a table, among those of all purged tables in their order. */
function countOf(counts: readonly number[], name: string): number {
  return counts[sql.PURGED_TABLES.findIndex((table) => table.name === name)] ?? 0;
}
