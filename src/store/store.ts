/** The store's port: a facet for each subject, and what concerns the database as a whole. */

import type { StoreGauges } from '../observe/observer.ts';
import type { Archive } from './archive/port.ts';
import type { ApprovedCallStore } from './approved-calls/port.ts';
import type { BackgroundStore } from './background/port.ts';
import type { BranchStore } from './branches/port.ts';
import type { ChangeStore } from './changes/port.ts';
import type { ConversationStore } from './conversations/port.ts';
import type { CountsStore } from './counts/port.ts';
import type { IdempotencyStore } from './idempotency/port.ts';
import type { KeyStore } from './keys/port.ts';
import type { ResponseEventStore } from './response-events/port.ts';
import type { ResponseStore } from './responses/port.ts';
import type { RetentionStore } from './retention/port.ts';
import type { HoldStore } from './holds/port.ts';
import type { SearchStore } from './search/port.ts';
import type { UsageReader } from './usage/port.ts';
import type { TurnStore } from './turns/port.ts';

export interface Store {
  readonly conversations: ConversationStore;
  readonly branches: BranchStore;
  readonly changes: ChangeStore;
  readonly responses: ResponseStore;
  readonly turns: TurnStore;
  readonly approvedCalls: ApprovedCallStore;
  readonly idempotency: IdempotencyStore;
  readonly background: BackgroundStore;
  readonly responseEvents: ResponseEventStore;
  readonly counts: CountsStore;
  readonly keys: KeyStore;
  readonly usage: UsageReader;
  readonly retention: RetentionStore;
  readonly holds: HoldStore;
  readonly search: SearchStore;
  readonly archive: Archive;
  /** Resolves when a statement has run; rejects when the database is out of reach. */
  ping(): Promise<void>;
  /**
   * Returns how many nodes of a sharded database cannot be reached, of which conversations are then out of reach. A node
   * that does not answer counts as one.
   */
  unreachableNodes(): Promise<number>;
  gauges(): StoreGauges;
  /** Returns the bytes that the database takes. */
  size(): Promise<number>;
  /** Finishes the queued work, folds the log into the database file and closes it. */
  close(): Promise<void>;
}
