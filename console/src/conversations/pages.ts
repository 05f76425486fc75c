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
  #asked = 0;

  constructor(load: LoadPage<Entry>) {
    this.#load = load;
  }

  /** Loads the next page. */
  more(): Promise<void> {
    return this.#fetch(this.#next, (data) => [...this.entries.value, ...data]);
  }

  /** Loads the first page again, in place of what is there. */
  reload(): Promise<void> {
    return this.#fetch(undefined, (data) => data);
  }

  async #fetch(
    after: string | undefined,
    placed: (data: readonly Entry[]) => readonly Entry[],
  ): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.isLoading.value = true;
    this.failure.value = undefined;
    try {
      const { data, next } = await this.#load(after, this.#abort.signal);
      // Something else was asked for meanwhile.
      if (asked !== this.#asked) return;
      this.#next = next;
      this.hasMore.value = next !== undefined;
      this.entries.value = placed(data);
    } catch (error) {
      if (asked !== this.#asked) return;
      if (!this.#abort.signal.aborted) this.failure.value = asFailure(error);
    }
    this.isLoading.value = false;
  }

  /** Takes entries out that are gone. */
  remove(isGone: (entry: Entry) => boolean): void {
    this.entries.value = this.entries.value.filter((entry) => !isGone(entry));
  }

  /** Stops what is under way: nobody looks at the list any more. */
  stop(): void {
    this.#abort.abort();
  }
}
