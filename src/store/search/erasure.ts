/** Erasing items from the index in the transaction that deletes them. */

import { keyOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Steps } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { cell, integer, text } from '../engine/rows.ts';
import { allWords, contentWords } from './document.ts';
import * as sql from './statements.ts';

/** Documents whose words are erased at once: a millisecond or more each, in a large index. */
const ERASED_AT_ONCE = 8;

/** What leaves the index: all items of a conversation, one of them, or those from a position on. */
export type Erased =
  | { readonly kind: 'all' }
  | { readonly kind: 'item'; readonly itemId: string }
  | { readonly kind: 'rest'; readonly position: number };

function parametersOf(key: ConversationKey, erased: Erased): readonly (string | number)[] {
  if (erased.kind === 'item') return [...keyOf(key), erased.itemId];
  return erased.kind === 'rest' ? [...keyOf(key), erased.position] : keyOf(key);
}

/**
 * Step by step, before the items are deleted: erases their words. Those of more than `atOnce` items are queued, and
 * erased within seconds by `SearchIndex.erase`.
 */
export function eraseWords(
  steps: Steps,
  key: ConversationKey,
  erased: Erased,
  atOnce = ERASED_AT_ONCE,
): void {
  const parameters = parametersOf(key, erased);
  const most = atOnce + 1;
  const found = steps.all({ sql: sql.selectDocuments(erased.kind, most), parameters });
  if (found.length === 0) return;
  if (found.length === most) {
    steps.run({ sql: sql.queueDocuments(erased.kind), parameters });
  } else {
    for (const row of found) {
      const data = cell(row, 'data');
      eraseDocument(steps, {
        number: integer(row, 'number'),
        scope: text(row, 'words'),
        data: typeof data === 'string' ? data : '',
      });
    }
  }
  steps.run({ sql: sql.deleteDocuments(erased.kind), parameters });
}

/** Step by step: erases the words of a document. They are made again, from the same text. */
export function eraseDocument(
  steps: Steps,
  {
    number,
    scope,
    data,
  }: { readonly number: number; readonly scope: string; readonly data: string },
): void {
  steps.run({ sql: sql.DELETE_WORDS, parameters: [number, allWords(scope, contentWords(data))] });
  steps.run({ sql: sql.NOTE_ERASURE, parameters: [] });
}

/**
 * In one trip, after the conversation's row is locked and before the items are deleted: erases their words. The deletion
 * of a conversation does so by itself, since `indexed_items` is one of its tables.
 */
export function wordsDeletion(key: ConversationKey, erased: Erased): Query {
  return { sql: sql.deleteDocuments(erased.kind), parameters: parametersOf(key, erased) };
}

/** Takes conversations out of the index that get another tenant or owner. Their items wait then. */
export function forgetConversations(
  tenant: string,
  ids: readonly string[],
  syntax: SqlSyntax,
): { readonly inSteps: (steps: Steps) => void; readonly inOneTrip: Query } {
  return {
    // Their words are erased later: there may be many, and this is one transaction.
    inSteps: (steps) => {
      for (const conversationId of ids)
        eraseWords(steps, { tenant, conversationId }, { kind: 'all' }, 0);
    },
    inOneTrip: {
      sql: `
      DELETE FROM indexed_items
      WHERE tenant = $1 AND ${syntax.isOneOf('conversation_id', ids, () => '$2')}`,
      parameters: [tenant, ids],
    },
  };
}
