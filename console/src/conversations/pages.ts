import { signal } from '@preact/signals';
import { asFailure, type ApiFailure } from '../api/client.ts';

/** Loads one page. Resolves with it and the cursor of the next one, `undefined` behind the last. */
export type LoadPage<Entry> = (
  after: string | undefined,
  signal: AbortSignal,
) => Promise<{ readonly data: readonly Entry[]; readonly next: string | undefined }>;

/** A list that is loaded page by page, from the newest entry on. */
export class Pages<Entry> {
  readonly entries = signal<readonly Entry[]>([]);
  readonly isLoading = signal(true);
  readonly hasMore = signal(false);
  readonly failure = signal<ApiFailure | undefined>(undefined);
  readonly #load: LoadPage<Entry>;
  readonly #abort = new AbortController();
  #next: string | undefined;

  constructor(load: LoadPage<Entry>) {
    this.#load = load;
  }

  /** Loads the next page, unless one is under way. */
  async more(): Promise<void> {
    this.isLoading.value = true;
    this.failure.value = undefined;
    try {
      const { data, next } = await this.#load(this.#next, this.#abort.signal);
      this.#next = next;
      this.hasMore.value = next !== undefined;
      this.entries.value = [...this.entries.value, ...data];
    } catch (error) {
      if (!this.#abort.signal.aborted) this.failure.value = asFailure(error);
    }
    this.isLoading.value = false;
  }

  /** Stops what is under way: nobody looks at the list any more. */
  stop(): void {
    this.#abort.abort();
  }
}
