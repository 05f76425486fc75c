import type { CountsStore, UncountedConversation } from '../../store/counts/port.ts';
import type { Job } from '../jobs/jobs.ts';

const EVERY_MS = 5_000;
/** Time after which a run leaves the rest to the next one. */
const LONGEST_RUN_MS = 1_000;
const CONVERSATIONS_PER_READ = 100;
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

  async #count(due: readonly UncountedConversation[], endsAt: number): Promise<void> {
    const waiting = [...due];
    const next = async (): Promise<void> => {
      for (;;) {
        const conversation = performance.now() < endsAt ? waiting.shift() : undefined;
        if (conversation === undefined) return;
        await this.#store.count(conversation);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }
}
