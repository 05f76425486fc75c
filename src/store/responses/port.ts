/** The port of responses: answers of a model, and the items of conversations that they have brought. */

import type { Order, Page } from '../../base/paging.ts';
import type { LastEvents } from '../background/port.ts';
import type {
  ConversationKey,
  ConversationRef,
  CreateConversationParams,
  ItemPresent,
  NewItem,
} from '../conversations/port.ts';
import type { HeldKeyRef } from '../idempotency/port.ts';
import type { TurnRef } from '../turns/port.ts';

/** Tokens of a response, over all requests to the model server. */
export interface TokenCounts {
  readonly inputTokens: number;
  /** Those of the input that the model server had kept. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Those of the output that are reasoning. */
  readonly reasoningTokens: number;
}

/** A response as the store sees it: an id, a status, and JSON text that it never parses. */
export interface NewResponse {
  /** Made for this response alone. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly status: string;
  /** JSON text of the response as it is served, without its output. */
  readonly data: string;
  /** JSON text of a list of output items that are not items of the conversation; null when there are none. */
  readonly rest: string | null;
  /** Null when the model server has not counted. */
  readonly tokens: TokenCounts | null;
  /** JSON text of an object about the turn that has made it; null when none is known. */
  readonly report: string | null;
}

/**
 * The place of a response in its conversation. The items before `firstOutput` are its input, the items from there up to
 * `endPosition` its output, and all items before `endPosition` the context of a response that continues it.
 */
export interface ResponsePlace {
  readonly firstOutput: number;
  readonly endPosition: number;
}

export interface ResponseRecord
  extends Omit<NewResponse, 'tokens'>, ResponsePlace, ConversationKey {
  /** Whether the conversation was made for a response without one, and no list shows it. */
  readonly isHidden: boolean;
  /** Whether the conversation has given out no position after this response. */
  readonly isNewest: boolean;
}

/** A response by its id alone, and the filter that its conversation must match. */
export interface FindResponseParams extends Pick<ConversationRef, 'tenant' | 'access'> {
  readonly responseId: string;
}

export interface ResponseRef extends ConversationRef {
  readonly responseId: string;
}

/** An item with its text; references have been looked up. */
export type ResponseItem = Exclude<NewItem, { readonly kind: 'reference' }>;

/** A response and the items that it brings: input, then output, next to each other. */
export interface NewExchange {
  readonly response: NewResponse;
  readonly input: readonly ResponseItem[];
  readonly output: readonly ResponseItem[];
  /** The key under which the response is kept, and which its attempt must hold; left out for none. */
  readonly key?: HeldKeyRef | undefined;
}

export interface CommitTurnParams extends ConversationRef, TurnRef, NewExchange {
  /** The position that the conversation must give out next; `undefined` for any. */
  readonly continuesAt: number | undefined;
  /** Set for a response that was made in the background, and then ends there too. */
  readonly background?: {
    /** `undefined` when events are not stored. */
    readonly last: LastEvents | undefined;
  };
}

/** A conversation that no list shows, to be made for a response. Its id is made for it. */
export type NewHiddenConversation = Pick<
  CreateConversationParams,
  'tenant' | 'conversationId' | 'owner' | 'attributes'
>;

export interface CreateResponseParams extends NewHiddenConversation, NewExchange {}

export interface ForkParams extends NewHiddenConversation, NewExchange {
  /** The response's conversation, of which the items before `until` are copied. */
  readonly source: Pick<ConversationRef, 'conversationId' | 'access'> & { readonly until: number };
}

export interface AddResponseParams extends ConversationRef {
  readonly response: NewResponse;
  /** The token of a turn to give back; `undefined` for none. */
  readonly token: string | undefined;
}

export interface StoredResponse extends ResponsePlace {
  readonly refused: undefined;
}

/** `turn_lost`: another attempt holds the key since. */
export type CreateResponseResult = StoredResponse | ItemPresent | { readonly refused: 'turn_lost' };

export type ForkResult = CreateResponseResult | { readonly refused: 'conversation_absent' };

/**
 * The result of a commit. A refusal has stored nothing, and has not given the turn back.
 * - `turn_lost`: another turn has been taken since, or another attempt holds the key.
 * - `moved_on`: the conversation has given out positions since `continuesAt`.
 */
export type CommitTurnResult =
  | CreateResponseResult
  | { readonly refused: 'conversation_absent' | 'moved_on' };

/** A page of the responses of a conversation, by creation. */
export interface ListResponsesParams extends ConversationRef {
  readonly order: Order;
  readonly limit: number;
  /** The response that the page follows or precedes; `undefined` for the first page. */
  readonly cursor:
    | { readonly id: string; readonly side: 'after' | 'before' }
    /** Begins with the response whose last item has this position, or the next one in the given order. */
    | { readonly position: number }
    | undefined;
}

export type ListResponsesResult =
  | { readonly absent: undefined; readonly page: Page<ResponseRecord> }
  | { readonly absent: 'conversation' | 'cursor' };

export interface ResponseReader {
  list(params: ListResponsesParams): Promise<ListResponsesResult>;
  /** Returns a response by its id alone. */
  find(params: FindResponseParams): Promise<ResponseRecord | null>;
}

/** Writes, each one transaction: when its promise resolves, all of it is durable; when it rejects, none of it is stored. */
export interface ResponseWriter {
  /** Stores a response in a hidden conversation of its own. */
  create(params: CreateResponseParams): Promise<CreateResponseResult>;
  /** Appends the items of a turn and stores its response, and gives the turn back. */
  commitTurn(params: CommitTurnParams): Promise<CommitTurnResult>;
  /** Stores a response in a hidden conversation that begins with a copy of another one's items. */
  fork(params: ForkParams): Promise<ForkResult>;
  /** Stores a response without items in a conversation; `false` when the conversation is absent. */
  add(params: AddResponseParams): Promise<boolean>;
  /**
   * Deletes a response, and a hidden conversation with its last one; `false` when it is absent. The items of other
   * conversations stay.
   */
  delete(ref: ResponseRef): Promise<boolean>;
}

/** The writes of a turn. */
export type TurnWriter = Pick<ResponseWriter, 'create' | 'commitTurn' | 'fork' | 'add'>;

export interface ResponseStore extends ResponseReader, ResponseWriter {}
