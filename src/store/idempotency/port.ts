/** The port of idempotency keys: requests that a client may repeat, and what they have stored. */

/** A key of one owner in a tenant. */
export interface KeyRef {
  readonly tenant: string;
  /** A digest of the owner and of the key that the client has sent. */
  readonly id: string;
}

/** The key of a request, before the request has stored anything. */
export interface NewKey extends KeyRef {
  /** A digest of the request. Under one key it is the same in every repetition. */
  readonly request: string;
}

/** A key that a running attempt holds. */
export interface HeldKeyRef extends KeyRef {
  /** Made for this attempt alone. */
  readonly token: string;
}

/** The items of a rewind. */
export interface RewindNames {
  /** Those that it has added. */
  readonly itemIds: readonly string[];
  /** The first ones of those that it has removed. */
  readonly deletedIds: readonly string[];
  readonly deletedCount: number;
}

/** What the request of a key has stored. Only names are kept, so that it is read anew, or found to be deleted. */
export type KeptOutcome =
  | { readonly kind: 'conversation'; readonly conversationId: string }
  | {
      readonly kind: 'items';
      readonly conversationId: string;
      readonly itemIds: readonly string[];
    }
  | ({
      readonly kind: 'rewind';
      readonly conversationId: string;
    } & RewindNames)
  | { readonly kind: 'response'; readonly conversationId: string; readonly responseId: string };

/** A key that has been used. */
export interface UsedKey {
  readonly request: string;
  /** `undefined` while an attempt runs. */
  readonly outcome: KeptOutcome | undefined;
}

export interface HoldKeyParams extends NewKey {
  /** Milliseconds after which another attempt may hold the key, unless the time is extended. By the database's clock. */
  readonly leaseMs: number;
}

/** The result of an attempt to hold a key: a token, or the record of the key that is in use. */
export type HoldKeyResult =
  | { readonly token: string; readonly used: undefined }
  | { readonly token: undefined; readonly used: UsedKey };

/** The state of a held key: `lost` when another attempt holds it. */
export type Renewal = 'held' | 'awaited' | 'lost';

export interface IdempotencyStore {
  /** Holds a key for an attempt that takes long, when nothing has been stored under it, and no other attempt runs. */
  hold(params: HoldKeyParams): Promise<HoldKeyResult>;
  /**
   * Extends the time of a held key. `awaited` when a request under it has waited within the last `awaitedWithinMs`.
   */
  renew(
    params: HeldKeyRef & { readonly leaseMs: number; readonly awaitedWithinMs: number },
  ): Promise<Renewal>;
  /** Notes that a request waits for the attempt that holds the key. */
  await(ref: KeyRef): Promise<void>;
  /** Frees a held key, under which nothing was stored. Does nothing for one that is lost. */
  release(ref: HeldKeyRef): Promise<void>;
  /** Returns a key that has been used; `null` when it is free. */
  find(ref: KeyRef): Promise<UsedKey | null>;
  /** Deletes the keys whose time is over, of all tenants. */
  sweep(): Promise<void>;
}
