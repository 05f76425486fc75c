/** The port of approved calls: those that were begun, so that none is made twice. */

import type { RowFilter } from '../../base/row-filter.ts';
import type { ConversationKey, ConversationRef } from '../conversations/port.ts';

/** The request for an approval as its response has stored it. */
export interface ApprovalRequest extends Pick<ConversationKey, 'conversationId'> {
  /** JSON text of the item. */
  readonly data: string;
}

/** A call, and the conversation that has the request for its approval. */
export interface BeginCallParams extends ConversationRef {
  /** The id of the request for the approval. */
  readonly requestId: string;
}

/** A call that was begun. */
export interface BegunCall extends ConversationKey {
  readonly requestId: string;
  /** Made for this beginning alone. */
  readonly token: string;
}

export type BeginCallResult =
  | { readonly refused: undefined; readonly call: BegunCall }
  | { readonly refused: 'conversation_absent' | 'begun_before' };

/** A call that was begun stays so for as long as its conversation is there. */
export interface ApprovedCallStore {
  /** Returns the item that was stored first under an id, among the conversations that match `readable`. */
  findRequest(params: {
    readonly tenant: string;
    readonly requestId: string;
    readonly readable: RowFilter;
  }): Promise<ApprovalRequest | null>;
  /** Notes that a call is about to be made. `begun_before`: that was noted by another request. */
  begin(params: BeginCallParams): Promise<BeginCallResult>;
  /** Takes back the beginning of a call that was not made. */
  undo(call: BegunCall): Promise<void>;
}
