import type { Rule } from '../history/findings.ts';

/**
 * Differences between the items of a request and those that the model is shown, besides the repairs of `history/`:
 * - `hosted_item`: a call of a tool that another server runs, or a setting for such a server.
 * - `unknown_item`: an item of an unknown type, or a message of an unknown role.
 * - `unknown_part`: a part of a message or an output that is neither text nor an image, a file or audio.
 * - `foreign_reasoning`, `foreign_compaction`: an encrypted text that this server cannot open.
 * - `other_model_reasoning`: reasoning of another model than the request's.
 * - `open_approval`: a request for an approval that has not been answered. The model is shown a refusal.
 * - `compacted_item`: an item that the summary of a compaction stands for.
 * - `truncated_turn`: a turn that was left out since the context is too long for the model.
 */
export type RepairRule =
  | Exclude<Rule, 'left_in_progress'>
  | 'hosted_item'
  | 'unknown_item'
  | 'unknown_part'
  | 'foreign_reasoning'
  | 'other_model_reasoning'
  | 'foreign_compaction'
  | 'open_approval'
  | 'compacted_item'
  | 'truncated_turn';

/** Counts of repairs by their rules. */
export type RepairCounts = Readonly<Partial<Record<RepairRule, number>>>;

/** Counts of the repairs of one context. */
export class Repairs {
  readonly #counts = new Map<RepairRule, number>();

  add(rule: RepairRule, times = 1): void {
    if (times > 0) this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + times);
  }

  /** Returns the same counts, to which others may be added. */
  copy(): Repairs {
    const copy = new Repairs();
    for (const [rule, count] of this.#counts) copy.add(rule, count);
    return copy;
  }

  /** Returns the counts by rule, in the order of the rules' names; those of 0 are left out. */
  counts(): RepairCounts {
    return Object.fromEntries(
      [...this.#counts].toSorted(([left], [right]) => (left < right ? -1 : 1)),
    );
  }
}

/** Returns counts in the form of a header, as in `duplicate_id=1, hosted_item=3`; empty without repairs. */
export function repairsText(counts: RepairCounts): string {
  return Object.entries(counts)
    .map(([rule, count]) => `${rule}=${count}`)
    .join(', ');
}
