import type { AttributeName } from '../../base/row-filter.ts';

export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** A condition on the principal, the resource and its owner. */
export type Condition =
  | { readonly kind: 'owner'; readonly negated: boolean }
  | { readonly kind: 'unowned' }
  /** The user's own list `attribute` has `value`. */
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
  /** `undefined` when the rule holds for every principal. */
  readonly principal: string | undefined;
  readonly actions: readonly Action[];
  /** Ids of conversations; undefined: all of them. */
  readonly conversations: readonly string[] | undefined;
  /** `when`: all conditions must hold. `unless`: not all of them may. */
  readonly guard:
    | { readonly kind: 'when' | 'unless'; readonly conditions: readonly Condition[] }
    | undefined;
  readonly description: string | undefined;
  /** The place where the rule was written, for messages. */
  readonly origin: string;
}

/** Rules in order. The first one that matches decides; without a match the answer is no. */
export type Policy = readonly Rule[];

/** The policy when none is configured: a conversation belongs to its owner alone. */
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
