import type { AttributeName } from '../../base/row-filter.ts';

export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** What must hold between the user, the resource and its owner. */
export type Condition =
  | { readonly kind: 'owner'; readonly negated: boolean }
  | { readonly kind: 'unowned' }
  /** The user has `value` in their own list `attribute`. */
  | {
      readonly kind: 'has';
      readonly value: string;
      readonly attribute: AttributeName;
      readonly negated: boolean;
    }
  /** The user shares an entry of the list `attribute` with the resource's owner. */
  | { readonly kind: 'shares'; readonly attribute: AttributeName; readonly negated: boolean };

export interface Rule {
  readonly effect: 'permit' | 'forbid';
  /** Undefined: anybody. */
  readonly principal: string | undefined;
  readonly actions: readonly Action[];
  /** Ids of conversations; undefined: all of them. */
  readonly conversations: readonly string[] | undefined;
  /** `when`: all conditions must hold. `unless`: not all of them may. */
  readonly guard:
    | { readonly kind: 'when' | 'unless'; readonly conditions: readonly Condition[] }
    | undefined;
  readonly description: string | undefined;
  /** For people: where the rule was written. */
  readonly origin: string;
}

/** Rules in order: the first that matches decides; when none does, the answer is no. */
export type Policy = readonly Rule[];

/** What holds where nobody wrote a policy: a conversation is its owner's alone. */
export const PRIVATE_POLICY: Policy = [
  {
    effect: 'permit',
    principal: undefined,
    actions: ACTIONS,
    conversations: undefined,
    guard: { kind: 'when', conditions: [{ kind: 'owner', negated: false }] },
    description: 'A conversation is private to its owner.',
    origin: 'built in',
  },
];
