/** Why a database cannot take a request, as far as it says. */
export type UnavailableReason =
  /** The file or its log is not in its place any more. */
  | 'file_gone'
  | 'disk_full'
  /** Of the disk itself, as its system reports it. */
  | 'disk_fault'
  /** The volume, the file or its folder lets nobody write, or not this user. */
  | 'read_only'
  | 'damaged'
  | 'not_a_database'
  | 'cannot_open'
  /** Another process has it. */
  | 'locked'
  /** More requests wait than it will get through. */
  | 'overloaded'
  | 'no_free_connection'
  /** The server has given all that it has. */
  | 'no_connections_left'
  /** The server takes no writes. */
  | 'standby'
  /** A time limit of the server's, or an operator. */
  | 'cut_short'
  | 'out_of_reach'
  | 'closed'
  | 'other';

/** The database cannot take the request, which may be tried again; `cause` is the driver's own error. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
