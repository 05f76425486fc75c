/** The port of the events of responses in the background, which clients may read again after a lost connection. */

import type { ConversationKey } from '../conversations/port.ts';

export interface EventsRef extends ConversationKey {
  readonly responseId: string;
}

export interface AppendEventsParams extends EventsRef {
  /** The token of the turn that has asked for the response. */
  readonly token: string;
  /** The number of the first event. */
  readonly sequence: number;
  /** The JSON text of each event without its number; one event at least. */
  readonly events: readonly string[];
}

/** Events that were stored together. */
export interface StoredEvents {
  /** The number of the first event. */
  readonly sequence: number;
  readonly events: readonly string[];
}

export interface ResponseEventStore {
  /** Stores events of a response that has not ended; `false` when it has, or another turn makes it. */
  append(params: AppendEventsParams): Promise<boolean>;
  /** Returns lists with the events from a number on, in their order; at most `limit` lists. */
  read(
    params: EventsRef & { readonly from: number; readonly limit: number },
  ): Promise<readonly StoredEvents[]>;
  /** Deletes events that are older than a time, by the database's clock, and the oldest of those beyond a size. */
  sweep(params: { readonly olderThanMs: number; readonly maxBytes: number }): Promise<void>;
}
