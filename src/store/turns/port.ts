/** The port of turns: the right to run a request to a model in a conversation, for one holder at a time. */

import type { ConversationKey, ConversationRef } from '../conversations/port.ts';

/** A turn that was taken. It runs until it is given back, or its time is over and another one is taken. */
export interface TurnRef extends ConversationKey {
  /** Made for this turn alone. */
  readonly token: string;
}

export interface TakeTurnParams extends ConversationRef {
  /** Milliseconds after which another turn may be taken, unless this one is renewed. By the database's clock. */
  readonly leaseMs: number;
  /** Whether to end the turn that runs: it can then store nothing. */
  readonly interrupts?: boolean;
}

export interface RenewTurnParams extends TurnRef {
  /** Milliseconds from now on. */
  readonly leaseMs: number;
}

export type TakeTurnResult =
  | { readonly refused: undefined; readonly token: string }
  | { readonly refused: 'conversation_absent' | 'conversation_busy' };

/**
 * The turns of conversations, which any number of processes take. A turn excludes turns, and nothing else: items are
 * appended and deleted while it runs.
 */
export interface TurnStore {
  /** Takes the turn of a conversation when none runs there, or the time of the one that runs is over, or it is to be interrupted. */
  take(params: TakeTurnParams): Promise<TakeTurnResult>;
  /** Extends the time of a turn; `false` when another one was taken, or the conversation is gone. */
  renew(params: RenewTurnParams): Promise<boolean>;
  /** Checks that a turn which is lost was ended for another one. */
  wasInterrupted(turn: TurnRef): Promise<boolean>;
  /** Forgets the turns that were interrupted longer ago than a time. */
  forgetInterrupted(olderThanMs: number): Promise<void>;
  /** Gives a turn back. Does nothing for a turn that is lost. */
  release(turn: TurnRef): Promise<void>;
}
