/** The port of holds, under which no conversation is deleted for good. Only operators see them. */

export interface HoldRecord {
  readonly id: string;
  readonly tenant: string;
  /** The owner of the conversations; null for any. */
  readonly subject: string | null;
  /** Null for all conversations of the subject, or of the tenant. */
  readonly conversationId: string | null;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds; null while the hold lasts. */
  readonly releasedAt: number | null;
}

export type HoldTarget = Pick<HoldRecord, 'tenant' | 'subject' | 'conversationId'>;

export interface HoldStore {
  add(hold: HoldRecord): Promise<void>;
  /** Returns the holds of a tenant, or of all, the first ones first. */
  list(tenant: string | undefined): Promise<readonly HoldRecord[]>;
  /** Counts the conversations that are stored now and that a hold of this kind is on. */
  reach(target: HoldTarget): Promise<number>;
  /** Ends a hold, and returns it; null when there is none with the id that lasts. */
  release(params: { readonly id: string; readonly releasedAt: number }): Promise<HoldRecord | null>;
}
