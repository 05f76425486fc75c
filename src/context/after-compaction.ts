/** The items that a compaction leaves to be shown. */

import { stringField, type JsonObject } from '../base/json-object.ts';
import type { HistoryItem } from './assemble.ts';
import type { SealedCompaction } from './sealed-compaction.ts';

export interface ShownItems {
  readonly history: readonly HistoryItem[];
  readonly input: readonly JsonObject[];
  /** Place of the first item of `input` in the request's. */
  readonly firstInput: number;
  /** Number of items that the summary of a compaction stands for. */
  readonly covered: number;
}

/**
 * Replaces the items that the last of the server's own compactions stands for. Leading system and developer messages
 * stay, and the compaction follows them. Foreign compactions replace nothing.
 */
export function afterCompaction(
  history: readonly HistoryItem[],
  input: readonly JsonObject[],
  open: (blob: string) => SealedCompaction | undefined,
): ShownItems {
  const opened = (item: JsonObject): SealedCompaction | undefined =>
    item['type'] === 'compaction' ? open(stringField(item, 'encrypted_content') ?? '') : undefined;
  const inInput = input.findLastIndex((item) => opened(item) !== undefined);
  const inHistory =
    inInput === -1 ? history.findLastIndex(({ item }) => opened(item) !== undefined) : -1;
  if (inInput === -1 && inHistory === -1) return { history, input, firstInput: 0, covered: 0 };
  const all = [...history, ...input.map((item): HistoryItem => ({ item }))];
  const index = inInput === -1 ? inHistory : history.length + inInput;
  const compaction = all[index] ?? { item: {} };
  const { coversAll = false, kept: sealed = [] } = opened(compaction.item) ?? {};
  // What was deleted from a conversation is not shown again. A client may have left out what the compaction covers.
  const ids = new Set(inInput === -1 ? history.map(({ item }) => item['id']) : []);
  const kept = sealed.filter(({ id }) => inInput !== -1 || id === undefined || ids.has(id));
  const guided = all.findIndex(({ item }) => !isGuidance(item));
  const before = all.slice(guided, index);
  return {
    history: [
      ...all.slice(0, guided),
      compaction,
      ...(coversAll ? [] : before),
      ...kept.map((item): HistoryItem => ({ item })),
      ...history.slice(index + 1),
    ],
    input: input.slice(inInput + 1),
    firstInput: inInput + 1,
    covered: coversAll ? Math.max(0, before.length - kept.length) : 0,
  };
}

function isGuidance({ type, role }: JsonObject): boolean {
  return type === 'message' && (role === 'system' || role === 'developer');
}
