/** The choice of conversations by their own fields. */

import type { Value } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { slotOf } from './counts.ts';

type Parameter = (value: Value) => string;

/** Fields that conversations must have. */
export interface ConversationChoice {
  readonly owner?: string | undefined;
  /** Pairs that all must be in the metadata. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Keys that all must be in the metadata. */
  readonly metadataKeys?: readonly string[];
  /** Ids, of which each must have one; none for any. */
  readonly ids?: readonly string[];
  /** Bounds of the time of the creation, in Unix milliseconds, inclusive. */
  readonly createdFrom?: number | undefined;
  /** Unix milliseconds, exclusive. */
  readonly createdUntil?: number | undefined;
  /** Bounds of the time of the last stored item, as those of the creation. */
  readonly lastItemFrom?: number | undefined;
  readonly lastItemUntil?: number | undefined;
}

/** Returns the choice as conditions on `conversations`. */
export function choiceConditions(
  choice: ConversationChoice,
  syntax: SqlSyntax,
  parameter: Parameter,
): readonly string[] {
  const { owner, metadata, metadataKeys = [], ids = [] } = choice;
  return [
    ...timeBounds(choice, parameter),
    ...(ids.length === 0 ? [] : [syntax.isOneOf('conversations.id', ids, parameter)]),
    ...(owner === undefined ? [] : [`conversations.owner = ${parameter(owner)}`]),
    ...metadata.map(([key, value]) => syntax.hasPair(key, value, parameter)),
    ...metadataKeys.map((key) => syntax.hasKey(key, parameter)),
  ];
}

function timeBounds(
  { createdFrom, createdUntil, lastItemFrom, lastItemUntil }: ConversationChoice,
  parameter: Parameter,
): readonly string[] {
  return [
    ...(createdFrom === undefined ? [] : [`conversations.created_at >= ${parameter(createdFrom)}`]),
    ...(createdUntil === undefined
      ? []
      : [`conversations.created_at < ${parameter(createdUntil)}`]),
    // The slots are those of an index.
    ...(lastItemFrom === undefined
      ? []
      : [
          `conversations.active_at >= ${parameter(lastItemFrom)}`,
          `conversations.active_slot >= ${parameter(slotOf(Math.max(0, lastItemFrom)))}`,
        ]),
    ...(lastItemUntil === undefined
      ? []
      : [
          `conversations.active_at < ${parameter(lastItemUntil)}`,
          `conversations.active_slot <= ${parameter(slotOf(Math.max(0, lastItemUntil)))}`,
        ]),
  ];
}
