/** The port of retention: the trash, the end of conversations whose time is over, erasure, and holds. */

import type { RowFilter } from '../../base/row-filter.ts';
import type {
  ConversationKey,
  ConversationRef,
  NewExpiry,
  UpdateResult,
} from '../conversations/port.ts';
import type { RepeatableParams } from '../idempotency/keyed-writes.ts';

export interface RestoreParams extends ConversationRef, RepeatableParams {}

/** The result of one piece of the deletion of a conversation, of which `rest` means that more is to be deleted. */
export interface Purged {
  readonly state: 'gone' | 'rest' | 'held' | 'absent';
  readonly items: number;
  readonly responses: number;
  /** Milliseconds that the statements took. */
  readonly took: number;
}

/** A conversation of the lists, and the end of its time. */
export interface LimitedConversation extends ConversationKey {
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds; of the last item, or of the creation. */
  readonly activeAt: number;
  /** `undefined` for one that does not expire. */
  readonly expiry: NewExpiry | undefined;
}

/** What is to be erased, among the conversations of a tenant that match `access`, in every state. Both conditions must hold. */
export interface ErasureFilter {
  readonly tenant: string;
  readonly access: RowFilter;
  /** Owners of the conversations; `undefined` for any. */
  readonly owners: OwnerFilter | undefined;
  /** Pairs that all must be in the metadata. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Ids, of which each must have one; `undefined` for any. */
  readonly ids?: readonly string[] | undefined;
}

/** One owner, or all owners that a subject has under isolation keys. */
export interface OwnerFilter {
  readonly owner: string;
  /** The beginning of further owners' names; `undefined` for none. */
  readonly orPrefix: string | undefined;
}

/** A conversation that is to be erased. */
export interface ErasureMatch {
  readonly id: string;
  readonly owner: string;
  readonly items: number;
  readonly bytes: number;
  readonly isHeld: boolean;
}

/** The matches among some conversations of a tenant, by id. */
export interface ErasurePage {
  readonly matches: readonly ErasureMatch[];
  /** The id after which to go on; `undefined` at the end. */
  readonly next: string | undefined;
}

/** A response whose time is over. */
export interface OldResponse extends ConversationKey {
  readonly responseId: string;
  readonly createdAt: number;
}

export interface OldResponsesPage {
  readonly responses: readonly OldResponse[];
  /** The last response that was looked at; `undefined` at the end. */
  readonly next: OldResponse | undefined;
}

/** A conversation, and whether it is under a hold now. */
export interface KeptConversation extends ConversationKey {
  readonly isHeld: boolean;
}

/** The place of a conversation that was kept after its deletion. */
export interface KeptPlace extends ConversationKey {
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** Writes in pieces, each one short transaction, so that none holds up a request for long. Each may be repeated. */
export interface RetentionStore {
  /** Takes a conversation out of the trash. */
  restore(params: RestoreParams): Promise<UpdateResult>;
  /** Returns conversations of the lists of all tenants, by tenant and id, with the ends of their times. */
  limits(
    after: ConversationKey | undefined,
    limit: number,
  ): Promise<{
    readonly conversations: readonly LimitedConversation[];
    /** The last conversation that was looked at; `undefined` at the end. */
    readonly next: ConversationKey | undefined;
  }>;
  /** Has a conversation expire, also if that time is over already. */
  limit(key: ConversationKey, expiry: NewExpiry): Promise<boolean>;
  /** Returns conversations whose `expires_at` has passed, of all tenants, the first ones first. */
  due(limit: number): Promise<readonly ConversationKey[]>;
  /**
   * Ends a conversation whose time is over, so that it is purged next; `false` when an item has been stored since, which
   * moves its `expires_at` on.
   */
  expire(key: ConversationKey): Promise<boolean>;
  /** Returns deleted conversations whose time in the trash is over, of all tenants. */
  purgeable(limit: number): Promise<readonly ConversationKey[]>;
  /** Deletes at most so many rows of a purgeable conversation, and the conversation itself with its last ones. */
  purge(key: ConversationKey, mostRows: number): Promise<Purged>;
  /** Returns conversations that holds have kept after their deletion, of all tenants. */
  keptDeleted(
    after: KeptPlace | undefined,
    limit: number,
  ): Promise<readonly (KeptPlace & KeptConversation)[]>;
  /** Makes such a conversation purgeable, unless it is under a hold. */
  letGo(key: ConversationKey): Promise<boolean>;
  /** Returns conversations of which holds have kept items, of all tenants; `limit` items are looked at. */
  keptItems(
    after: ConversationKey | undefined,
    limit: number,
  ): Promise<readonly KeptConversation[]>;
  /** Deletes at most so many items that holds have kept of a conversation, unless it is under one. Returns how many. */
  forgetItems(key: ConversationKey, mostRows: number): Promise<number>;
  /** Returns the responses older than so many milliseconds among `limit` responses, of all tenants. */
  oldResponses(
    olderThanMs: number,
    after: OldResponse | undefined,
    limit: number,
  ): Promise<OldResponsesPage>;
  /** Deletes a response that is older than so many milliseconds; a hidden conversation ends with its last one. */
  deleteOldResponse(ref: OldResponse, olderThanMs: number): Promise<boolean>;
  /** Returns the conversations to be erased among `limit` conversations of the tenant after an id. */
  erasable(filter: ErasureFilter, after: string | undefined, limit: number): Promise<ErasurePage>;
  /** Ends a conversation that matches the filter, so that it is purgeable; `false` when it is absent, or under a hold. */
  condemn(filter: ErasureFilter, match: Pick<ErasureMatch, 'id' | 'owner'>): Promise<boolean>;
  /** Takes the names of owners out of what is recorded of the deletion of their conversations, where these are gone. */
  eraseOwners(filter: Pick<ErasureFilter, 'tenant' | 'access' | 'owners'>): Promise<void>;
}
