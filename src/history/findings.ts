import { stringField, type JsonObject } from '../base/json-object.ts';
import type { HISTORY_FIXES, HISTORY_RULES } from '../contract/conversations/health.ts';
import { callIdOf } from './call-kinds.ts';

export type Rule = (typeof HISTORY_RULES)[number];

/** A defect of an examined list. */
export interface Finding {
  readonly rule: Rule;
  /** Place of the item in the examined list. */
  readonly index: number;
  readonly itemId: string | null;
  readonly callId: string | null;
  /** Difference that the finding makes to the repaired list: `insert` adds an output of the named call. */
  readonly fix: (typeof HISTORY_FIXES)[number];
  readonly message: string;
}

/** An item of a list under examination. `index` is its place in the examined list; an inserted output has its call's. */
export interface Entry {
  readonly item: JsonObject;
  readonly index: number;
}

/** The findings of one examination. */
export class Findings {
  readonly #found: Finding[] = [];
  readonly #start: number;

  /** Items before the index `start` are not examined. */
  constructor(start: number) {
    this.#start = start;
  }

  /** Adds a finding if the entry is examined, and returns whether it is. */
  add({ item, index }: Entry, finding: Pick<Finding, 'rule' | 'fix' | 'message'>): boolean {
    if (index < this.#start) return false;
    const itemId = stringField(item, 'id') ?? null;
    this.#found.push({ index, itemId, callId: callIdOf(item) ?? null, ...finding });
    return true;
  }

  /** Returns the findings in the order of the examined list. */
  inOrder(): readonly Finding[] {
    return this.#found.toSorted((one, other) => one.index - other.index);
  }
}
