import { stringField, type JsonObject } from '../base/json-object.ts';
import { callIdOf } from './call-kinds.ts';

export type Rule =
  | 'duplicate_id'
  | 'empty_message'
  | 'approval_without_request'
  | 'call_of_unapproved_request'
  | 'output_without_call'
  | 'output_before_call'
  | 'duplicate_output'
  | 'call_without_output'
  | 'reasoning_alone'
  | 'left_in_progress';

/** A defect of an examined list. */
export interface Finding {
  readonly rule: Rule;
  /** Place of the item in the examined list. */
  readonly index: number;
  readonly itemId: string | null;
  readonly callId: string | null;
  /** Difference that the finding makes to the repaired list: `insert` adds an output of the named call. */
  readonly fix: 'drop' | 'insert' | 'move' | 'change' | 'none';
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
