import type { JsonObject } from '../base/json-object.ts';
import { withPairedCalls, type CallOptions } from './calls.ts';
import { Findings, type Entry, type Finding } from './findings.ts';
import {
  repeatedItems,
  withoutEmptyMessages,
  withoutLoneReasoning,
  withoutProgress,
  withoutRepeated,
  withoutStrayApprovals,
} from './single-items.ts';

export interface ExamineOptions extends CallOptions {
  /** `skipped` if items before the last compaction, which stands for them, may stay as they are. */
  readonly beforeCompaction: 'skipped' | 'examined';
  /** `distinct` if no two items are known to have the same id. */
  readonly ids: 'examined' | 'distinct';
}

export interface Examination {
  /** The repaired list. Items without a finding are those of the examined list, not copies. */
  readonly items: readonly JsonObject[];
  /** Place of each item of the repaired list in the examined one; for an inserted output, that of its call. */
  readonly indexes: readonly number[];
  readonly findings: readonly Finding[];
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Finds what model servers refuse in a list of items, and repairs a copy of the list. Items are in the stored form.
 * The repaired list has no further findings, except calls that `openCalls: 'keep'` has left.
 */
export function examine(
  items: readonly JsonObject[],
  {
    openCalls = 'answer',
    tail = 'closed',
    beforeCompaction = 'skipped',
    ids = 'examined',
  }: Partial<ExamineOptions> = {},
): Examination {
  const repeated = ids === 'distinct' ? NONE : repeatedItems(items);
  const compaction = items.findLastIndex(
    ({ type }, index) => type === 'compaction' && !repeated.has(index),
  );
  const findings = new Findings(beforeCompaction === 'skipped' ? compaction : 0);
  let entries: readonly Entry[] = items.map((item, index) => ({ item, index }));
  entries = withoutRepeated(entries, repeated, findings);
  entries = withoutEmptyMessages(entries, findings);
  // Messages alone have no approvals, calls or reasoning.
  if (items.some(({ type }) => type !== 'message')) {
    entries = withoutStrayApprovals(entries, findings);
    entries = withPairedCalls(entries, { openCalls, tail }, findings);
    // After the calls: one that was removed no longer follows its reasoning.
    entries = withoutLoneReasoning(entries, findings);
  }
  entries = withoutProgress(entries, findings);
  return {
    items: entries.map(({ item }) => item),
    indexes: entries.map(({ index }) => index),
    findings: findings.inOrder(),
  };
}
