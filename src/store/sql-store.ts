import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreGauges } from '../observe/observer.ts';
import type { Archive } from './archive/port.ts';
import { SqlArchive } from './archive/sql-archive.ts';
import type { ApprovedCallStore } from './approved-calls/port.ts';
import { SqlApprovedCalls } from './approved-calls/sql-approved-calls.ts';
import type { BackgroundStore } from './background/port.ts';
import { SqlBackground } from './background/sql-background.ts';
import type { BranchStore } from './branches/port.ts';
import { SqlBranches } from './branches/sql-branches.ts';
import type { ChangeStore } from './changes/port.ts';
import { SqlChanges } from './changes/sql-changes.ts';
import { Watches } from './changes/watches.ts';
import type { ConversationStore } from './conversations/port.ts';
import { SqlConversations } from './conversations/sql-conversations.ts';
import type { CountsStore } from './counts/port.ts';
import { SqlCounts } from './counts/sql-counts.ts';
import type { Driver } from './engine/driver.ts';
import { observed } from './engine/observed-driver.ts';
import { integer } from './engine/rows.ts';
import type { IdempotencyStore } from './idempotency/port.ts';
import { SqlIdempotency } from './idempotency/sql-idempotency.ts';
import type { KeyStore } from './keys/port.ts';
import { SqlKeys } from './keys/sql-keys.ts';
import type { ResponseEventStore } from './response-events/port.ts';
import { SqlResponseEvents } from './response-events/sql-response-events.ts';
import type { ResponseStore } from './responses/port.ts';
import { SqlResponses } from './responses/sql-responses.ts';
import type { HoldStore } from './holds/port.ts';
import { SqlHolds } from './holds/sql-holds.ts';
import type { RetentionStore } from './retention/port.ts';
import { SqlRetention } from './retention/sql-retention.ts';
import { NotedConversations } from './search/changed-conversations.ts';
import type { SearchStore } from './search/port.ts';
import { SqlSearch } from './search/sql-search.ts';
import type { Store } from './store.ts';
import { LEDGER } from './tables.ts';
import type { TurnStore } from './turns/port.ts';
import { SqlTurns } from './turns/sql-turns.ts';
import type { UsageReader } from './usage/port.ts';
import { SqlUsage } from './usage/sql-usage.ts';

const NODES_ANSWER_WITHIN_MS = 1_000;

/** Touches the file, so that one that cannot be read is noticed. */
const PING = { sql: `SELECT count(*) FROM ${LEDGER}`, parameters: [] };

export interface StoreSettings {
  /** Whether updates and deletions are recorded for readers of the change feed. */
  readonly recordsChanges: boolean;
}

/** The store in SQL, over a driver. */
export class SqlStore implements Store {
  readonly conversations: ConversationStore;
  readonly branches: BranchStore;
  readonly changes: ChangeStore;
  readonly responses: ResponseStore;
  readonly retention: RetentionStore;
  readonly holds: HoldStore;
  readonly turns: TurnStore;
  readonly approvedCalls: ApprovedCallStore;
  readonly idempotency: IdempotencyStore;
  readonly background: BackgroundStore;
  readonly responseEvents: ResponseEventStore;
  readonly counts: CountsStore;
  readonly keys: KeyStore;
  readonly usage: UsageReader;
  readonly search: SearchStore;
  readonly archive: Archive;
  readonly #driver: Driver;
  #countingNodes: Promise<number> | undefined;

  constructor(plain: Driver, { recordsChanges }: StoreSettings = { recordsChanges: true }) {
    const watches = new Watches();
    const changed = new NotedConversations();
    const driver = observed(plain, (topics) => {
      changed.note(topics);
      watches.notify(topics);
    });
    this.#driver = driver;
    this.conversations = new SqlConversations(driver, { recordsChanges });
    this.branches = new SqlBranches(driver, this.conversations, { recordsChanges });
    this.changes = new SqlChanges(driver, watches);
    this.responses = new SqlResponses(driver);
    this.turns = new SqlTurns(driver);
    this.approvedCalls = new SqlApprovedCalls(driver);
    this.idempotency = new SqlIdempotency(driver);
    this.background = new SqlBackground(driver);
    this.responseEvents = new SqlResponseEvents(driver);
    this.counts = new SqlCounts(driver);
    this.keys = new SqlKeys(driver);
    this.usage = new SqlUsage(driver);
    this.retention = new SqlRetention(driver);
    this.holds = new SqlHolds(driver);
    this.search = new SqlSearch(plain, changed);
    this.archive = new SqlArchive(driver);
  }

  async ping(): Promise<void> {
    await this.#driver.read({ scope: { kind: 'none' }, query: PING, isImpatient: true });
  }

  unreachableNodes(): Promise<number> {
    const { selectUnreachableNodes: sql } = this.#driver.syntax;
    if (sql === undefined) return Promise.resolve(0);
    // One question at a time: a node that does not answer would take one connection after the other.
    this.#countingNodes ??= this.#driver
      .read({ scope: { kind: 'none' }, query: { sql, parameters: [] } })
      .then((rows) => rows.length)
      .catch(() => 1)
      .finally(() => {
        this.#countingNodes = undefined;
      });
    return Promise.race([this.#countingNodes, sleep(NODES_ANSWER_WITHIN_MS, 1, { ref: false })]);
  }

  gauges(): StoreGauges {
    return this.#driver.gauges();
  }

  async size(): Promise<number> {
    const query = { sql: this.#driver.syntax.selectSize, parameters: [] };
    const [row] = await this.#driver.read({ scope: { kind: 'none' }, query, isImpatient: true });
    return row === undefined ? 0 : integer(row, 'size');
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}
