import { signal } from '@preact/signals';
import { ApiFailure, asFailure, call } from '../api/client.ts';
import type { FeedEvent } from '../api/feed.ts';
import type { Item, ItemPage } from '../api/objects.ts';
import type { Entry } from './entry.ts';

/** Where to open a window. */
export type Start = 'first' | 'last' | { readonly item: string } | { readonly position: number };

const PAGE = 100;
/** Bodies beyond this come as stubs. */
const MOST_ITEM_BYTES = 65_536;
/** Bounds of what is kept: items, and characters of their JSON. What is pushed out is loaded again when it is needed. */
const MOST_ENTRIES = 1500;
const MOST_CHARACTERS = 24_000_000;

/** A contiguous run of a conversation's items, which grows at the end that is read and is cut at the other one. */
export class ItemWindow {
  readonly conversation: string;
  readonly entries = signal<readonly Entry[]>([]);
  /** Counts the openings: after each, the page begins at `target`. */
  readonly opening = signal(0);
  readonly isLoading = signal(false);
  readonly failure = signal<ApiFailure | undefined>(undefined);
  /** Set when the item that was asked for is not there any more. */
  readonly isItemGone = signal(false);
  /** Set when the conversation was deleted while it was read. */
  readonly deletedAt = signal<Date | undefined>(undefined);
  hasOlder = false;
  hasNewer = false;
  /** Item to begin with; `undefined` for the end. */
  target: string | undefined;
  /** What the reader has opened or closed, by item and part. It outlives the rows. */
  readonly opened = new Map<string, unknown>();
  #busy: Promise<void> | undefined;

  constructor(conversation: string) {
    this.conversation = conversation;
  }

  /** Opens the window anew. Its failures are in `failure`. */
  open(start: Start): Promise<void> {
    return this.#alone(async () => {
      this.isItemGone.value = false;
      const item = typeof start === 'object' && 'item' in start ? start.item : undefined;
      if (item !== undefined && this.entries.value.some(({ id }) => id === item)) {
        this.target = item;
      } else this.entries.value = await this.#first(start);
      this.opening.value += 1;
    });
  }

  async #first(start: Start): Promise<readonly Entry[]> {
    this.target = undefined;
    if (start === 'last') {
      const { entries, hasMore } = await this.#page('desc', {});
      [this.hasOlder, this.hasNewer] = [hasMore, false];
      return entries.toReversed();
    }
    if (start === 'first') {
      const { entries, hasMore } = await this.#page('asc', {});
      [this.hasOlder, this.hasNewer, this.target] = [false, hasMore, entries[0]?.id];
      return entries;
    }
    if ('position' in start) return this.#around(String(Math.max(0, start.position)));
    try {
      return await this.#aroundItem(start.item);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
      this.isItemGone.value = true;
      return this.#first('last');
    }
  }

  async #around(position: string): Promise<readonly Entry[]> {
    const [newer, older] = await Promise.all([
      this.#page('asc', { position }),
      this.#page('desc', { position }),
    ]);
    [this.hasOlder, this.hasNewer] = [older.hasMore, newer.hasMore];
    this.target = (newer.entries[0] ?? older.entries[0])?.id;
    const known = new Set(newer.entries.map(({ id }) => id));
    return [...older.entries.filter(({ id }) => !known.has(id)).toReversed(), ...newer.entries];
  }

  async #aroundItem(item: string): Promise<readonly Entry[]> {
    const older = await this.#page('desc', { after: item });
    const last = older.entries[0];
    const newer = await this.#page('asc', last === undefined ? {} : { after: last.id });
    [this.hasOlder, this.hasNewer, this.target] = [older.hasMore, newer.hasMore, item];
    return [...older.entries.toReversed(), ...newer.entries];
  }

  /**
   * Loads what precedes the window, by position: the item at its edge may have been deleted meanwhile. Does nothing while
   * something is loaded, or when nothing precedes the window.
   */
  async older(): Promise<void> {
    const first = this.entries.value[0];
    if (!this.hasOlder || first === undefined || first.position === 0 || this.#busy !== undefined)
      return;
    await this.#alone(async () => {
      const { entries, hasMore } = await this.#page('desc', {
        position: String(first.position - 1),
      });
      this.hasOlder = hasMore && (entries.at(-1)?.position ?? 0) > 0;
      const all = [...entries.toReversed(), ...this.entries.value];
      const most = within(all);
      if (most < all.length) this.hasNewer = true;
      this.entries.value = all.slice(0, most);
    });
  }

  /** Loads what follows the window, as `older` does at the other end. */
  async newer(): Promise<void> {
    const last = this.entries.value.at(-1);
    if (!this.hasNewer || last === undefined || this.#busy !== undefined) return;
    await this.#alone(async () => {
      const { entries, hasMore } = await this.#page('asc', {
        position: String(last.position + 1),
      });
      this.hasNewer = hasMore;
      const all = [...this.entries.value, ...entries];
      const most = within(all.toReversed());
      if (most < all.length) this.hasOlder = true;
      this.entries.value = all.slice(all.length - most);
    });
  }

  /** Takes a change other than a new item from the feed: what is gone leaves the window. */
  apply({ type, item_id: id, position = 0 }: FeedEvent): void {
    if (type === 'conversation.deleted') this.deletedAt.value = new Date();
    const isLeft = (entry: Entry): boolean =>
      type === 'conversation.item.deleted'
        ? entry.id !== id
        : type !== 'conversation.rewound' || entry.position < position;
    const left = this.entries.value.filter(isLeft);
    if (left.length < this.entries.value.length) this.entries.value = left;
  }

  /** Deletes an item from the conversation. Rejects with an `ApiFailure`. */
  async remove(id: string): Promise<void> {
    await call(`${this.#path}/${encodeURIComponent(id)}`, { method: 'DELETE' });
    this.apply({ type: 'conversation.item.deleted', item_id: id });
  }

  /** Puts the whole item in place of its stub. Rejects with an `ApiFailure`. */
  async load(id: string): Promise<Item> {
    const item = await call<Item>(`${this.#path}/${encodeURIComponent(id)}`);
    this.entries.value = this.entries.value.map((entry) =>
      entry.id === id ? { ...entry, item } : entry,
    );
    return item;
  }

  get #path(): string {
    return `conversations/${encodeURIComponent(this.conversation)}/items`;
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    await this.#busy;
    this.isLoading.value = true;
    this.failure.value = undefined;
    this.#busy = work().catch((error: unknown) => {
      this.failure.value = asFailure(error);
    });
    await this.#busy;
    this.#busy = undefined;
    this.isLoading.value = false;
  }

  async #page(
    order: 'asc' | 'desc',
    from: Readonly<Record<string, string>>,
  ): Promise<{ readonly entries: readonly Entry[]; readonly hasMore: boolean }> {
    const parameters = new URLSearchParams({
      order,
      limit: String(PAGE),
      max_item_bytes: String(MOST_ITEM_BYTES),
      'include[]': 'placement',
      ...from,
    });
    const page = await call<ItemPage>(`${this.#path}?${parameters}`);
    const entries = page.data.map((item, index) => {
      const { position = 0, created_at: createdAt = 0 } = page.placements[index] ?? {};
      const size = JSON.stringify(item).length;
      return { id: item.id, item, position, createdAt, size };
    });
    return { entries, hasMore: page.has_more };
  }
}

/** Returns how many of the first entries are within the bounds. */
function within(entries: readonly Entry[]): number {
  let characters = 0;
  const most = entries.findIndex(({ size }, index) => {
    characters += size;
    return index === MOST_ENTRIES || characters > MOST_CHARACTERS;
  });
  return most === -1 ? entries.length : most;
}
