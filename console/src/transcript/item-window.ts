import { batch, signal } from '@preact/signals';
import { ApiFailure, asFailure, call } from '../api/client.ts';
import type { FeedEvent } from '../api/feed.ts';
import type { Item } from '../api/objects.ts';
import type { Wanted } from '../text/kept.ts';
import { items } from '../text/numbers.ts';
import type { Entry } from '../items/entry.ts';
import { withinBounds } from './bounds.ts';
import { callOf } from './pairing.ts';
import { depth } from './view.ts';
import { ItemPages, pathOfItems, type Opening, type Start } from './item-pages.ts';

/** When a conversation was found to be deleted. */
export interface Gone {
  readonly at: Date;
  /** Set when the feed has told it: otherwise it may have become one that the caller may not read. */
  readonly isTold: boolean;
}

/**
 * A contiguous run of a conversation's items, which grows at the end that is read and is cut at the other one. What is cut
 * is loaded again when it is needed.
 */
export class ItemWindow {
  readonly conversation: string;
  readonly entries = signal<readonly Entry[]>([]);
  /** Counts the placings: after each, the page begins at `target`. */
  readonly placing = signal(0);
  /** Counts the openings that have replaced all entries. */
  readonly opening = signal(0);
  /** Counts what was asked to be opened, also when it has not come yet. */
  asked = 0;
  /** The item that the reader is at. */
  readonly current = signal<string | undefined>(undefined);
  /** Number of items that came at the end, out of the reader's sight. */
  readonly news = signal(0);
  readonly isLoading = signal(false);
  readonly failure = signal<ApiFailure | undefined>(undefined);
  /** What the reader has come to an item for. */
  readonly wanted = signal<Wanted | undefined>(undefined);
  /** What was loaded, for those who cannot see it. */
  readonly announcement = signal('');
  /** Set when the item that was asked for is not there any more: where the window was opened instead. */
  readonly lost = signal<Opening['lost']>(undefined);
  /** Set when the conversation was deleted while it was read. */
  readonly gone = signal<Gone | undefined>(undefined);
  /** The highest position that is known, -1 without any. */
  readonly lastPosition = signal(-1);
  /** Counts what is known to have changed in the conversation since it was opened. */
  readonly changes = signal(0);
  /** Set while the server says at which positions the items are. */
  readonly isPlaced = signal(true);
  hasOlder = false;
  hasNewer = false;
  /** Item to begin with; `undefined` for the end. */
  target: string | undefined;
  /** What the reader has opened or closed, by item and part. It outlives the rows. */
  readonly opened = new Map<string, unknown>();
  readonly #pages: ItemPages;
  /** Ends the requests that are on their way. */
  #loading: AbortController | undefined;
  #done: Promise<void> | undefined;
  /** Number of items of which the feed has told. */
  #appended = 0;
  #again: () => Promise<void> = async () => undefined;

  constructor(conversation: string) {
    this.conversation = conversation;
    this.#pages = new ItemPages(conversation);
  }

  /**
   * Opens the window anew, in place of anything that is loading. Its failures are in `failure`. At the end of the
   * conversation the reader is at no item, or at the last one.
   */
  async open(start: Start, isAtLast = false): Promise<void> {
    this.asked += 1;
    const item = typeof start === 'object' && 'item' in start ? start.item : undefined;
    const isHere = item !== undefined && this.entries.value.some(({ id }) => id === item);
    this.lost.value = undefined;
    if (isHere) this.#arriveAt(item);
    if (isHere || this.gone.value !== undefined) return;
    await this.#alone(async (signal) => {
      const { entries, hasOlder, hasNewer, target, isPlaced, lost } = await this.#pages.open(
        start,
        signal,
      );
      batch(() => {
        this.#keep(entries);
        [this.hasOlder, this.hasNewer, this.isPlaced.value] = [hasOlder, hasNewer, isPlaced];
        this.lost.value = lost;
        this.opening.value += 1;
        if (target !== undefined && target === item) this.#arriveAt(item);
        else this.place(target, target ?? (isAtLast ? entries.at(-1)?.id : undefined));
      });
    });
  }

  /** Goes to an item, or to its call where it is an output that is drawn in the call's card. It is open there. */
  #arriveAt(id: string): void {
    const row = this.rowOf(id);
    if (row !== id) this.opened.set(`${id} output`, true);
    this.place(row, row);
  }

  /** The item of the link that has led to the target: it may be drawn in the row of another one. */
  get addressed(): string | undefined {
    const wanted = this.wanted.peek()?.item;
    return wanted !== undefined && this.rowOf(wanted) === this.target ? wanted : this.target;
  }

  /** Returns the item in whose row an item is drawn. */
  rowOf(id: string): string {
    return (depth.peek() === 'messages' && callOf(this.entries.peek(), id)?.id) || id;
  }

  /** Puts an item of the window on top of the page, or its end at the bottom. */
  place(target: string | undefined, current = this.current.peek()): void {
    batch(() => {
      this.target = target;
      this.current.value = current;
      this.placing.value += 1;
    });
  }

  /** Loads what precedes the window. Does nothing while something is loaded, or when nothing precedes it. */
  async older(): Promise<void> {
    const first = this.entries.value[0];
    if (!this.hasOlder || first === undefined || first.position === 0 || this.#isHeld) return;
    await this.#alone(async (signal) => {
      const { entries, hasMore } = await this.#pages.load('desc', this.#beside(first, -1), signal);
      this.hasOlder = hasMore && entries[0]?.position !== 0;
      const all = [...entries, ...this.entries.value];
      const most = withinBounds(all);
      if (most < all.length) this.hasNewer = true;
      this.#keep(all.slice(0, most));
      this.#announce(entries.length, 'older');
    });
  }

  /** Loads what follows the window, as `older` does at the other end. */
  async newer(): Promise<void> {
    const last = this.entries.value.at(-1);
    if (!this.hasNewer || this.#isHeld) return;
    await this.#alone(async (signal) => {
      const from = last === undefined ? {} : this.#beside(last, 1);
      const appended = this.#appended;
      const { entries, hasMore } = await this.#pages.load('asc', from, signal);
      this.hasNewer = hasMore || this.#appended > appended;
      const all = [...this.entries.value, ...entries];
      const most = withinBounds(all.toReversed());
      if (most < all.length) this.hasOlder = true;
      this.#keep(all.slice(all.length - most));
      this.#announce(entries.length, 'newer');
    });
  }

  /** Notes that something was appended, which is not loaded. */
  noteAppended(position = -1): void {
    this.#appended += 1;
    this.hasNewer = true;
    this.changes.value += 1;
    this.#noteLast(position);
  }

  #noteLast(position: number): void {
    this.lastPosition.value = Math.max(this.lastPosition.value, position);
  }

  /** Resolves when nothing is loading. */
  async idle(): Promise<void> {
    while (this.#loading !== undefined) await this.#done;
  }

  /** Tries again what has failed. */
  again(): Promise<void> {
    return this.#again();
  }

  /** Takes a change other than a new item from the feed: what is gone leaves the window. */
  apply({ type, item_id: id, position = 0 }: FeedEvent): void {
    this.changes.value += 1;
    if (type === 'conversation.deleted') this.gone.value ??= { at: new Date(), isTold: true };
    const isLeft = (entry: Entry): boolean =>
      type === 'conversation.item.deleted'
        ? entry.id !== id
        : type !== 'conversation.rewound' || entry.position < position;
    const left = this.entries.value.filter(isLeft);
    if (type === 'conversation.rewound') this.#forgetFrom(position);
    if (left.length === this.entries.value.length) return;
    const before = this.entries.value.find((entry) => entry.id === this.current.value);
    this.#keep(left);
    if (!this.hasNewer) this.lastPosition.value = left.at(-1)?.position ?? -1;
    // A reader at an item that is gone is at its neighbour.
    if (before === undefined || this.current.value !== undefined) return;
    const next = left.find((entry) => entry.position > before.position) ?? left.at(-1);
    this.current.value = next?.id;
  }

  #forgetFrom(position: number): void {
    this.lastPosition.value = Math.min(this.lastPosition.value, position - 1);
  }

  /** Deletes an item from the conversation. Rejects with an `ApiFailure`. */
  async remove(id: string): Promise<void> {
    try {
      await call(this.#path(id), { method: 'DELETE' });
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
    }
    this.apply({ type: 'conversation.item.deleted', item_id: id });
  }

  /** Puts the whole item in place of its stub. Rejects with an `ApiFailure`. */
  async load(id: string): Promise<Item> {
    const item = await call<Item>(this.#path(id));
    this.entries.value = this.entries.value.map((entry) =>
      entry.id === id ? { ...entry, item } : entry,
    );
    return item;
  }

  #path(id: string): string {
    return `${pathOfItems(this.conversation)}/${encodeURIComponent(id)}`;
  }

  /** Position by which the neighbours of an item are found, also when it is deleted meanwhile; its id where there is none. */
  #beside({ id, position }: Entry, by: 1 | -1): Readonly<Record<string, string>> {
    return this.isPlaced.value ? { position: String(position + by) } : { after: id };
  }

  get #isHeld(): boolean {
    return this.#loading !== undefined || this.gone.value !== undefined;
  }

  #keep(entries: readonly Entry[]): void {
    batch(() => {
      this.entries.value = entries;
      this.#noteLast(entries.at(-1)?.position ?? -1);
      if (!entries.some(({ id }) => id === this.current.value)) this.current.value = undefined;
    });
  }

  #announce(number: number, which: 'older' | 'newer'): void {
    if (number === 0) return;
    this.announcement.value = `${items(number, which)} loaded`;
  }

  /** Loads something, in place of what is being loaded. */
  #alone(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#loading?.abort();
    this.#done = this.#load(work);
    return this.#done;
  }

  async #load(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const loading = new AbortController();
    this.#loading = loading;
    this.isLoading.value = true;
    this.failure.value = undefined;
    try {
      await work(loading.signal);
    } catch (error) {
      if (loading.signal.aborted) return;
      this.#fail(asFailure(error));
      this.#again = () => this.#alone(work);
    }
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    this.isLoading.value = false;
  }

  #fail(failure: ApiFailure): void {
    // A position is never absent, so that the conversation is. What is loaded stays readable.
    const isGone = failure.status === 404 && this.opening.value > 0 && this.isPlaced.value;
    if (isGone) this.gone.value = { at: new Date(), isTold: false };
    else this.failure.value = failure;
  }
}
