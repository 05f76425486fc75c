import { signal } from '@preact/signals';
import { call } from '../api/client.ts';
import type { Conversation, Page } from '../api/objects.ts';
import { Pages } from './pages.ts';
import { noteSeen } from './seen.ts';

const PAGE = 50;
/** Conversations in front of the list that are counted. */
export const MOST_NEWER = 100;
const FIELDS = ['owner', 'item_count', 'last_item_at', 'permissions'];

export type Sort = 'last_item_at' | 'created_at';

/** What a list shows: pairs of parameters of the list of conversations. */
export interface ListChoice {
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly sort: Sort;
}

/** A list of conversations as the reader has it: what is loaded, what is marked, and where the reader is. */
export class ConversationList {
  readonly pages: Pages<Conversation>;
  /** Ids of the rows that actions are for. */
  readonly marked = signal<ReadonlySet<string>>(new Set());
  /** Number of conversations that belong in front of the first row by now. */
  readonly newer = signal(0);
  /** The row that keys act on. */
  readonly current = signal<number | undefined>(undefined);
  /** Pixels above the window when the reader left. */
  scrollTop = 0;
  readonly #choice: ListChoice;
  /** The place of the first row, as a cursor. */
  #first: string | undefined;
  #isChecking = false;

  constructor(choice: ListChoice) {
    this.#choice = choice;
    this.pages = new Pages<Conversation>(async (after, abort) => {
      const cursor = after === undefined ? [] : [['after', after] as const];
      const page = await this.#ask([...cursor, ['limit', String(PAGE)]], FIELDS, abort);
      if (after === undefined) this.#first = page.first_id ?? undefined;
      noteSeen(page.data);
      return { data: page.data, next: page.has_more ? (page.last_id ?? undefined) : undefined };
    });
  }

  /**
   * Counts what has come in front of the first row. An empty list shows it at once: nobody reads there. Resolves with
   * `false` when the list is busy, and has not looked.
   */
  async look(): Promise<boolean> {
    if (this.#isChecking || this.pages.isLoading.value) return false;
    this.#isChecking = true;
    try {
      if (this.#first === undefined) await this.refresh();
      else {
        const limit = ['limit', String(MOST_NEWER)] as const;
        const { data, has_more } = await this.#ask([['before', this.#first], limit], []);
        this.newer.value = data.length + (has_more ? 1 : 0);
      }
    } catch {
      // The page that is there stays as it is; what fails is shown when the reader asks for more.
    }
    this.#isChecking = false;
    return true;
  }

  /** Begins the list anew, with what is newest. */
  async refresh(): Promise<void> {
    this.newer.value = 0;
    this.scrollTop = 0;
    this.current.value = undefined;
    await this.pages.reload();
    this.mark(
      this.pages.entries.value.map(({ id }) => id).filter((id) => this.marked.value.has(id)),
    );
  }

  /** Marks these rows, and no others. */
  mark(ids: Iterable<string>): void {
    this.marked.value = new Set(ids);
  }

  /** Marks or unmarks rows. */
  setMarked(ids: readonly string[], isMarked: boolean): void {
    const next = new Set(this.marked.value);
    for (const id of ids) {
      if (isMarked) next.add(id);
      else next.delete(id);
    }
    this.marked.value = next;
  }

  /** Takes conversations out that were deleted. */
  forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    this.pages.remove(({ id }) => gone.has(id));
    this.setMarked(ids, false);
  }

  #ask(
    pairs: readonly (readonly [string, string])[],
    include: readonly string[],
    abort?: AbortSignal,
  ): Promise<Page<Conversation>> {
    const parameters = new URLSearchParams([
      ['sort', this.#choice.sort],
      ...this.#choice.parameters.map(([name, value]) => [name, value]),
      ...pairs.map(([name, value]) => [name, value]),
      ...include.map((field) => ['include[]', field]),
    ]);
    return call<Page<Conversation>>(`conversations?${parameters}`, abort ? { signal: abort } : {});
  }
}
