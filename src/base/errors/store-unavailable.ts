import type { DatabaseKind, UNAVAILABLE_REASONS } from './unavailable-reasons.ts';

type Table = typeof UNAVAILABLE_REASONS;

/** Reason why a database cannot take a request. The table of reasons explains each. */
export type UnavailableReason = keyof Table;

/** Reasons that one kind of database reports. */
export type ReasonOn<Kind extends DatabaseKind> = {
  [Reason in UnavailableReason]: Kind extends keyof Table[Reason] ? Reason : never;
}[UnavailableReason];

/** The database cannot take the request, which may be tried again; `cause` is the driver's own error. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
