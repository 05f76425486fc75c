import type { ExpiryOptions } from '../base/expiry.ts';

/** How long the conversations of a tenant are kept. */
interface RetentionRuleOptions {
  /** For conversations that are made without a time of their own; `undefined` for no end. */
  readonly default: ExpiryOptions | undefined;
  /** The longest time, and the time of conversations that would have none; `undefined` for no limit. */
  readonly maximum: ExpiryOptions | undefined;
  /** Days in which a deleted conversation may be restored; 0 to delete it at once. */
  readonly trashDays: number;
}

export interface RetentionOptions extends RetentionRuleOptions {
  readonly tenants: readonly TenantRetentionOptions[];
}

/** Rules of one tenant, which come before those of the server. */
interface TenantRetentionOptions extends Pick<RetentionRuleOptions, 'default' | 'maximum'> {
  readonly tenant: string;
  /** `undefined` for those of the server. */
  readonly trashDays: number | undefined;
}
