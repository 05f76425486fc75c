/** The choice of conversations by their own fields. */

import type { Value } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';

/** Fields that conversations must have. */
export interface ConversationChoice {
  readonly owner?: string | undefined;
  /** Pairs that all must be in the metadata. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Keys that all must be in the metadata. */
  readonly metadataKeys?: readonly string[];
}

/** Returns the choice as conditions on `conversations`. */
export function choiceConditions(
  { owner, metadata, metadataKeys = [] }: ConversationChoice,
  syntax: SqlSyntax,
  parameter: (value: Value) => string,
): readonly string[] {
  return [
    ...(owner === undefined ? [] : [`conversations.owner = ${parameter(owner)}`]),
    ...metadata.map(([key, value]) => syntax.hasPair(key, value, parameter)),
    ...metadataKeys.map((key) => syntax.hasKey(key, parameter)),
  ];
}
