import { setTimeout as sleep } from 'node:timers/promises';
import { SqlArchive } from './archive/sql-archive.ts';
import { SqlApprovedCalls } from './approved-calls/sql-approved-calls.ts';
import { SqlBackground } from './background/sql-background.ts';
import { SqlBranches } from './branches/sql-branches.ts';
import { SqlChanges } from './changes/sql-changes.ts';
import { Watches } from './changes/watches.ts';
import { SqlConversations } from './conversations/sql-conversations.ts';
import { SqlCounts } from './counts/sql-counts.ts';
import type { Driver } from './engine/driver.ts';
import { observed } from './engine/observed-driver.ts';
import { integer } from './engine/rows.ts';
import { SqlIdempotency } from './idempotency/sql-idempotency.ts';
import { SqlKeys } from './keys/sql-keys.ts';
import { SqlResponseEvents } from './response-events/sql-response-events.ts';
import { SqlResponses } from './responses/sql-responses.ts';
import { SqlHolds } from './holds/sql-holds.ts';
import { SqlRetention } from './retention/sql-retention.ts';
import { NotedConversations } from './search/changed-conversations.ts';
import { SqlSearch } from './search/sql-search.ts';
import type { Store } from './store.ts';
import { LEDGER } from './tables.ts';
import { SqlTurns } from './turns/sql-turns.ts';
import { SqlUsage } from './usage/sql-usage.ts';

const NODES_ANSWER_WITHIN_MS = 1_000;

/** Touches the file, so that one that cannot be read is noticed. */
const PING = { sql: `SELECT count(*) FROM ${LEDGER}`, parameters: [] };

export interface StoreSettings {
  /** Whether updates and deletions are recorded for readers of the change feed. */
  readonly recordsChanges: boolean;
}

/** Returns the store in SQL, over a driver. */
export function sqlStore(plain: Driver, settings: StoreSettings = { recordsChanges: true }): Store {
  const watches = new Watches();
  const changed = new NotedConversations();
  const driver = observed(plain, (topics) => {
    changed.note(topics);
    watches.notify(topics);
  });
  const conversations = new SqlConversations(driver, settings);
  const database = new SqlDatabase(driver);
  return {
    conversations,
    branches: new SqlBranches(driver, conversations, settings),
    changes: new SqlChanges(driver, watches),
    responses: new SqlResponses(driver),
    turns: new SqlTurns(driver),
    approvedCalls: new SqlApprovedCalls(driver),
    idempotency: new SqlIdempotency(driver),
    background: new SqlBackground(driver),
    responseEvents: new SqlResponseEvents(driver),
    counts: new SqlCounts(driver),
    keys: new SqlKeys(driver),
    usage: new SqlUsage(driver),
    retention: new SqlRetention(driver, settings),
    holds: new SqlHolds(driver),
    search: new SqlSearch(plain, changed),
    archive: new SqlArchive(driver),
    ping: () => database.ping(),
    unreachableNodes: () => database.unreachableNodes(),
    gauges: () => driver.gauges(),
    size: () => database.size(),
    close: () => driver.close(),
  };
}

/** What concerns the database as a whole. */
class SqlDatabase {
  readonly #driver: Driver;
  #countingNodes: Promise<number> | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
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

  async size(): Promise<number> {
    const query = { sql: this.#driver.syntax.selectSize, parameters: [] };
    const [row] = await this.#driver.read({ scope: { kind: 'none' }, query, isImpatient: true });
    return row === undefined ? 0 : integer(row, 'size');
  }
}
