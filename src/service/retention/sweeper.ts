import type { Observer } from '../../observe/observer.ts';
import type { ConversationKey } from '../../store/conversations/port.ts';
import type { KeptPlace, OldResponse, RetentionStore } from '../../store/retention/port.ts';
import type { AuditTrail } from '../audit.ts';
import { PieceSize, purgeWhole, runPiece } from './purging.ts';

/** Conversations that are looked up at once. */
const CONVERSATIONS_PER_PAGE = 50;
/** Conversations and responses that end at once, in a fraction of a millisecond each. */
const CONVERSATIONS_AT_ONCE = 5;
/** Responses and kept items that are looked at at once. */
const ROWS_PER_PAGE = 500;
/** All responses are looked through for old ones, since no index has them by age alone: it would cost every turn. */
const WALKS_EVERY_MS = 3_600_000;
const MS_PER_DAY = 86_400_000;

export interface SweeperOptions {
  readonly store: RetentionStore;
  readonly observer: Pick<Observer, 'swept'>;
  readonly audit: Pick<AuditTrail, 'recordSweep'> | undefined;
  /** Days after which responses are deleted; 0 to keep them. */
  readonly responseRetentionDays: number;
}

/** What a sweep has done. */
export interface SweepCounts {
  /** Conversations whose time was over. */
  expired: number;
  /** Conversations that were deleted for good, those that have expired among them. */
  purged: number;
  items: number;
  responses: number;
}

/** Between two pieces of a sweep: returns `false` when the sweep must end, since another process has taken it over. */
type GoesOn = () => Promise<boolean>;

/**
 * Deletes what is due: conversations whose time is over, what has been in the trash for long enough, what a hold has
 * kept that was released, and old responses. In short pieces, each of which can be the last.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #size = new PieceSize();
  /** Time of `performance.now()` before which responses are not looked through again. */
  #nextWalk = 0;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Sweeps until nothing is due, or `goesOn` has returned `false`. */
  async sweep(goesOn: GoesOn): Promise<SweepCounts> {
    const counts: SweepCounts = { expired: 0, purged: 0, items: 0, responses: 0 };
    await this.#expire(counts, goesOn);
    await this.#respond(counts, goesOn);
    await this.#letGo(goesOn);
    await this.#purge(counts, goesOn);
    await this.#forget(goesOn);
    return counts;
  }

  async #expire(counts: SweepCounts, goesOn: GoesOn): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      const page = await store.due(CONVERSATIONS_PER_PAGE);
      await this.#each(page, goesOn, async (key) => {
        if (!(await store.expire(key))) return;
        counts.expired += 1;
        this.#note('expire', key);
      });
      if (page.length < CONVERSATIONS_PER_PAGE || !(await goesOn())) return;
    }
  }

  async #purge(counts: SweepCounts, goesOn: GoesOn): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      const page = await store.purgeable(CONVERSATIONS_PER_PAGE);
      for (const key of page) {
        if (!(await goesOn())) return;
        const { items, responses, end } = await purgeWhole(store, key, this.#size, goesOn);
        counts.items += items;
        counts.responses += responses;
        if (end !== 'gone') continue;
        counts.purged += 1;
        this.#note('purge', key);
      }
      if (page.length < CONVERSATIONS_PER_PAGE) return;
    }
  }

  /** Deletes responses whose time is over. */
  async #respond(counts: SweepCounts, goesOn: GoesOn): Promise<void> {
    const { store, responseRetentionDays } = this.#options;
    if (responseRetentionDays === 0 || performance.now() < this.#nextWalk) return;
    const olderThanMs = responseRetentionDays * MS_PER_DAY;
    let after: OldResponse | undefined;
    do {
      const page = await runPiece(() => store.oldResponses(olderThanMs, after, ROWS_PER_PAGE));
      await this.#each(page.responses, goesOn, async (response) => {
        if (!(await store.deleteOldResponse(response, olderThanMs))) return;
        counts.responses += 1;
        this.#note('response', response, response.responseId);
      });
      after = page.next;
      if (!(await goesOn())) return;
    } while (after !== undefined);
    this.#nextWalk = performance.now() + WALKS_EVERY_MS;
  }

  /** Has conversations purged that only a hold has kept, and that are under none any more. */
  async #letGo(goesOn: GoesOn): Promise<void> {
    const { store } = this.#options;
    let after: KeptPlace | undefined;
    do {
      const page = await runPiece(() => store.keptDeleted(after, CONVERSATIONS_PER_PAGE));
      for (const key of page.filter(({ isHeld }) => !isHeld)) await store.letGo(key);
      after = page.length < CONVERSATIONS_PER_PAGE ? undefined : page.at(-1);
    } while (after !== undefined && (await goesOn()));
  }

  /** Deletes the items that holds have kept of conversations that are under none any more. */
  async #forget(goesOn: GoesOn): Promise<void> {
    const { store } = this.#options;
    let after: ConversationKey | undefined;
    do {
      const page = await runPiece(() => store.keptItems(after, ROWS_PER_PAGE));
      for (const key of page.filter(({ isHeld }) => !isHeld)) {
        let forgotten = 1;
        while (forgotten > 0 && (await goesOn())) {
          forgotten = await runPiece(() => store.forgetItems(key, this.#size.rows));
        }
      }
      after = page.at(-1);
    } while (after !== undefined && (await goesOn()));
  }

  /** Runs `work` for each entry of a page, a few at once, which share a commit. */
  async #each<Entry>(
    page: readonly Entry[],
    goesOn: GoesOn,
    work: (entry: Entry) => Promise<void>,
  ): Promise<void> {
    let waiting = page;
    while (waiting.length > 0) {
      if (!(await goesOn())) return;
      const group = waiting.slice(0, CONVERSATIONS_AT_ONCE);
      waiting = waiting.slice(CONVERSATIONS_AT_ONCE);
      await runPiece(() => Promise.all(group.map(work)));
    }
  }

  #note(reason: 'expire' | 'purge' | 'response', key: ConversationKey, responseId?: string): void {
    const { observer, audit } = this.#options;
    observer.swept(reason);
    audit?.recordSweep({ ...key, operation: reason, resource: responseId ?? key.conversationId });
  }
}
