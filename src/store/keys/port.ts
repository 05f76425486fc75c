/** API keys, in the words of the domain. */

import type { Attributes } from '../../base/row-filter.ts';

/** An API key without the key itself: its principal, and the hash that only the key yields. */
export interface KeyRecord {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly attributes: Attributes;
  /** SHA-256 in hex. */
  readonly hash: string;
  /** Unix milliseconds, as are the other times. */
  readonly createdAt: number;
  /** Null for a key that does not expire. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

export interface KeyStore {
  create(key: KeyRecord): Promise<void>;
  find(hash: string): Promise<KeyRecord | null>;
  /** Returns all keys, or a tenant's, oldest first. */
  list(tenant: string | undefined): Promise<readonly KeyRecord[]>;
  /** Returns `false` when there is no such key, or it is revoked already. */
  revoke(params: { readonly id: string; readonly revokedAt: number }): Promise<boolean>;
  touch(params: { readonly id: string; readonly usedAt: number }): Promise<void>;
}
