import type { Attributes } from '../../base/row-filter.ts';
import { keyOf } from '../conversations/access-condition.ts';
import { firstCounts } from '../conversations/counts.ts';
import type { ConversationKey, ItemRecord } from '../conversations/port.ts';
import type { Query } from '../engine/query.ts';
import { INSERT_HIDDEN_CONVERSATION } from './statements.ts';

interface HiddenConversation extends ConversationKey {
  readonly owner: string;
  readonly attributes: Attributes;
  readonly createdAt: number;
  readonly nextPosition: number;
  /** The items that the transaction gives it, besides copies, which it counts later. */
  readonly items: readonly ItemRecord[];
}

/** Makes a conversation that no list shows. */
export function insertHidden(params: HiddenConversation): Query {
  const { owner, attributes, createdAt, nextPosition, items } = params;
  return {
    sql: INSERT_HIDDEN_CONVERSATION,
    parameters: [
      ...keyOf(params),
      owner,
      JSON.stringify(attributes),
      createdAt,
      nextPosition,
      ...firstCounts(items, createdAt),
    ],
  };
}
