import type { JsonObject } from '../base/json-object.ts';
import { withOutputsAfterGroups } from '../history/calls.ts';
import { examine } from '../history/examine.ts';
import { loneReasoning } from '../history/single-items.ts';
import type { ContextItem } from '../model/port.ts';
import { afterCompaction } from './after-compaction.ts';
import { approvalOutputs } from './approvals.ts';
import { contextItem, type TranslationParams } from './context-item.ts';
import { firstProblem, type ContextProblem } from './problem.ts';
import { Repairs } from './repairs.ts';

/** An item of the conversation so far, in its stored form. */
export interface HistoryItem {
  readonly item: JsonObject;
  /** The model that made the item, if it is known. */
  readonly model?: string | undefined;
}

export interface AssembleContextParams extends TranslationParams {
  /** The whole conversation so far, in the order of positions. */
  readonly history: readonly HistoryItem[];
  /** The request's own items in their stored form, without references. */
  readonly input: readonly JsonObject[];
  /** `strict` if the request's items must fit the history, `repair` if they are repaired too. */
  readonly mode: 'strict' | 'repair';
  /** Set when no two items share an id, so that the ids need not be compared. */
  readonly hasDistinctIds?: boolean;
}

export interface AssembledContext {
  readonly problem: 'none';
  /** Items for the model. Every call has its output after its group, and every output its call. */
  readonly items: readonly ContextItem[];
  /** The stored form of each of the items. */
  readonly sources: readonly JsonObject[];
  /** Place in the request's input of each of the items; `null` for one of the history. */
  readonly inputIndexes: readonly (number | null)[];
  readonly repairs: Repairs;
}

/** Makes the context of a request. The history is repaired for the model alone; stored items stay as they are. */
export function assembleContext({
  history,
  input,
  mode,
  hasDistinctIds = false,
  ...params
}: AssembleContextParams): AssembledContext | ContextProblem {
  const shownItems = afterCompaction(history, input, params.openCompaction);
  const { input: own, firstInput } = shownItems;
  const stored = shownItems.history.map(({ item }) => item);
  const { items, indexes, findings } = examine([...stored, ...own], {
    beforeCompaction: 'examined',
    ids: hasDistinctIds ? 'distinct' : 'examined',
  });
  const problem = mode === 'strict' ? firstProblem(findings, stored, own) : undefined;
  if (problem !== undefined) return problem;
  const repairs = new Repairs();
  repairs.add('compacted_item', shownItems.covered);
  for (const { rule } of findings) if (rule !== 'left_in_progress') repairs.add(rule);
  const translation = { ...params, approvalOutput: approvalOutputs(items), repairs };
  const entries = items.map((item, place) => ({ item, index: indexes[place] ?? 0 }));
  const shown: { item: JsonObject; index: number; translated: ContextItem }[] = [];
  for (const { item, index } of withOutputsAfterGroups(entries)) {
    const translated = contextItem(item, shownItems.history[index]?.model, translation);
    if (translated !== undefined) shown.push({ item, index, translated });
  }
  // Where a hosted call was left out, nothing may be left to follow its reasoning.
  const lone = loneReasoning(shown.map(({ item }) => item));
  const kept = shown.filter((_entry, place) => !lone.has(place));
  return {
    problem: 'none',
    items: kept.map(({ translated }) => translated),
    sources: kept.map(({ item }) => item),
    inputIndexes: kept.map(({ index }) =>
      index < stored.length ? null : index - stored.length + firstInput,
    ),
    repairs,
  };
}
