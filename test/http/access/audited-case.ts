export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** What a request may name. */
export interface Named {
  readonly conversation: string;
  readonly item: string;
  /** A response in the conversation. */
  readonly response: string;
  /** A response without a conversation, after which nothing follows. */
  readonly newest: string;
  /** A response without a conversation that another one continues. */
  readonly continued: string;
  /** A response in the background that waits in another conversation. */
  readonly waiting: string;
}

export interface Case {
  readonly operation: string;
  readonly about: string;
  /** The actions without which the request is refused. */
  readonly demands: readonly Action[];
  /** The entry's own action; `undefined` for a read, which has an entry where reads have. */
  readonly action: Action | undefined;
  readonly resource?: (named: Named) => string;
  readonly query?: (named: Named) => string;
  readonly body?: (named: Named) => unknown;
  /** Runs before the request, with a key that may do everything. */
  readonly prepare?: (named: Named, key: string | undefined) => Promise<unknown>;
}
