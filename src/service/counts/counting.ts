import type { ArchivePlace } from '../../store/archive/port.ts';
import type { CountsStore } from '../../store/counts/port.ts';
import type { Job } from '../jobs/jobs.ts';

const EVERY_MS = 5_000;
/** Time after which a run leaves the rest to the next one. */
const LONGEST_RUN_MS = 1_000;
/** Few, so that PostgreSQL without statistics of the column takes them from the index and does not sort all. */
const CONVERSATIONS_PER_READ = 20;
/** Conversations that are counted at once, whose writes a database may commit together. */
const AT_ONCE = 4;

/** Counts the items of conversations that are not counted yet: those of earlier versions, and imported ones. */
export class Counting {
  readonly #store: CountsStore;

  constructor(store: CountsStore) {
    this.#store = store;
  }

  get jobs(): readonly Job[] {
    return [{ name: 'count_items', everyMs: EVERY_MS, run: () => this.countDue() }];
  }

  /** Counts until the time of a run is over or none is left. One that changes meanwhile is left to the next run. */
  async countDue(): Promise<void> {
    const endsAt = performance.now() + LONGEST_RUN_MS;
    let after = { tenant: '', id: '' };
    while (performance.now() < endsAt) {
      const due = await this.#store.uncounted(after, CONVERSATIONS_PER_READ);
      const last = due.at(-1);
      if (last === undefined) return;
      await this.#count(due, endsAt);
      after = last;
    }
  }

  async #count(due: readonly ArchivePlace[], endsAt: number): Promise<void> {
    const waiting = [...due];
    const next = async (): Promise<void> => {
      for (;;) {
        const place = performance.now() < endsAt ? waiting.shift() : undefined;
        if (place === undefined) return;
        const conversation = await this.#store.find(place);
        if (conversation !== null) await this.#store.count(conversation);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }
}
