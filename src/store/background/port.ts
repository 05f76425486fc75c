/** The port of responses that are made in the background: those that have not ended. */

import type { ConversationKey, ConversationRef } from '../conversations/port.ts';
import type { HeldKeyRef } from '../idempotency/port.ts';
import type { ForkParams, NewHiddenConversation, NewResponse } from '../responses/port.ts';
import type { TurnRef } from '../turns/port.ts';

export interface NewBackgroundResponse {
  /** Made for this response alone. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Whether its events are stored. */
  readonly isStreamed: boolean;
  /** JSON text that the store never parses. */
  readonly request: string;
  /** The key under which the response is kept as the outcome of its request; left out for none. */
  readonly key?: HeldKeyRef | undefined;
}

export interface BackgroundResponse
  extends
    ConversationKey,
    Pick<NewBackgroundResponse, 'id' | 'createdAt' | 'isStreamed' | 'request'> {
  /** The position that the conversation must give out next; `undefined` for any. */
  readonly continuesAt: number | undefined;
  /** Whether the conversation has given that position out. */
  readonly hasMovedOn: boolean;
  /** The token of the turn that has asked a model; `undefined` before. */
  readonly token: string | undefined;
}

export interface BackgroundRef extends ConversationKey {
  readonly responseId: string;
}

/** What the transaction that adds a response does besides. */
interface Queueing {
  readonly response: NewBackgroundResponse;
  /** Milliseconds for which to take the turn of the conversation too, if it is free; left out for not taking it. */
  readonly leaseMs?: number | undefined;
}

export interface QueueParams extends ConversationRef, Queueing {
  /** The position that the conversation must give out next; `undefined` for any. */
  readonly continuesAt: number | undefined;
  /** Whether to refuse when a turn runs in the conversation, or another response waits there. */
  readonly mustBeFree: boolean;
}

export type QueueResult =
  /** `token` is that of the turn, if it was taken. */
  | { readonly refused: undefined; readonly token: string | undefined }
  | {
      readonly refused: 'conversation_absent' | 'conversation_busy';
      readonly token?: undefined;
    };

export interface QueueAloneParams extends NewHiddenConversation, Queueing {}

export interface QueueForkParams extends QueueAloneParams, Pick<ForkParams, 'source'> {
  /** Whether the response waits in the source, and leaves it. */
  readonly isMoved: boolean;
}

export interface FindBackgroundParams extends Pick<ConversationRef, 'tenant' | 'access'> {
  readonly responseId: string;
}

/** The last event of a response, as JSON text without its number. */
export interface LastEvents {
  readonly terminal: string;
  /** The events before it of a response that has ended before its first events were stored. */
  readonly before: readonly string[];
}

export interface EndBackgroundParams extends ConversationRef {
  /** The response as it has ended, without items. */
  readonly response: NewResponse;
  /** `undefined` when events are not stored. */
  readonly last: LastEvents | undefined;
  /** The token of the turn to give back; `undefined` for that of the response. */
  readonly token: string | undefined;
}

export interface BackgroundStore {
  /** Adds a response to those that wait in a conversation. `conversation_busy`: also when its position has passed. */
  queue(params: QueueParams): Promise<QueueResult>;
  /** Adds a response in a hidden conversation of its own. */
  queueAlone(params: QueueAloneParams): Promise<QueueResult>;
  /** Adds a response in a hidden conversation that begins with a copy of another one's items. */
  queueFork(params: QueueForkParams): Promise<QueueResult>;
  /** Returns a response that has not ended, by its id alone. */
  find(params: FindBackgroundParams): Promise<BackgroundResponse | null>;
  /** Returns the oldest responses, of all tenants, that are the first of conversations in which no turn runs. */
  waiting(limit: number): Promise<readonly BackgroundRef[]>;
  /** Returns the response of a conversation for which a model was asked, or the first one. */
  first(key: ConversationKey): Promise<BackgroundResponse | null>;
  /** Notes that a turn asks a model for a response. `false` when that was noted before, or the turn is lost. */
  ask(params: TurnRef & { readonly responseId: string }): Promise<boolean>;
  /** Stores a response as it has ended, and gives the turn back; `false` when it has ended before. */
  end(params: EndBackgroundParams): Promise<boolean>;
}
