import { batch, computed, signal } from '@preact/signals';
import { asFailure, call } from '../api/client.ts';
import type { Item, SearchPage, Stub } from '../api/objects.ts';
import type { ItemWindow } from './item-window.ts';
import { folded, hasTerms, termsOf } from '../text/words.ts';
import { textsOf } from './item-texts.ts';

/** An item that has what is looked for. */
interface Hit {
  readonly id: string;
  readonly position: number;
}

const HITS_AT_ONCE = 100;
/** Hits that are listed: the newest ones. */
const MOST_HITS = 1000;
const TYPING_MS = 300;

/** Looks for words in a conversation: at once in what is loaded, and then, where the server searches, in all of it. */
export class Finder {
  readonly query = signal('');
  readonly terms = computed(() => termsOf(this.query.value));
  /** The hit that the reader has gone to. */
  readonly at = signal<string | undefined>(undefined);
  readonly isSearching = signal(false);
  /** Set when there are more hits than are listed, or may be. */
  readonly hasMore = signal(false);
  /** Set when not all that was found on the screen is marked. */
  readonly hasMoreMarks = signal(false);
  readonly problem = signal('');
  /** What is known, in the order of the conversation. */
  readonly hits = computed(() => this.#merged());
  /** The item in whose row the latest hit is drawn. */
  #row: string | undefined;
  readonly #items: ItemWindow;
  /** Tells whether the server searches. */
  readonly #searches: () => boolean;
  readonly #found = signal<readonly Hit[]>([]);
  /** The texts of items, as they are compared. */
  readonly #texts = new WeakMap<Item | Stub, string>();
  #search: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(items: ItemWindow, searches: () => boolean) {
    this.#items = items;
    this.#searches = searches;
  }

  /** Looks for something else. The reader may be at a hit already. */
  look(query: string, at?: string): void {
    batch(() => {
      this.query.value = query;
      this.#arriveAt(at);
      this.#row = undefined;
      this.search();
    });
  }

  /** Asks the server for what is looked for, in a moment and anew. */
  search(): void {
    this.stop();
    batch(() => {
      this.#found.value = [];
      this.problem.value = '';
      this.hasMore.value = false;
      this.isSearching.value = this.#searches() && this.terms.value.length > 0;
    });
    if (this.isSearching.value) this.#timer = setTimeout(() => void this.#searchAll(), TYPING_MS);
  }

  /** Ends the search on the server. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#search?.abort();
  }

  /** Goes to the next or the previous hit, seen from the item that the reader is at; from a position where there is none. */
  async step(by: 1 | -1, top: number): Promise<void> {
    const current = this.#items.current.value;
    const at = this.at.value;
    const row = this.#row ?? this.#items.rowOf(at ?? '');
    const isAtHit = current !== undefined && current === row;
    const item = isAtHit ? at : current;
    const position = this.#positionOf(item) ?? top;
    // Without a further hit, the last one is shown again.
    const hit = this.#beside(by, position, !isAtHit) ?? this.hits.value.at(by === 1 ? -1 : 0);
    if (hit === undefined) return;
    this.#arriveAt(hit.id);
    await this.#items.open({ item: hit.id });
    this.#row = this.#items.current.value;
  }

  #arriveAt(item: string | undefined): void {
    this.at.value = item;
    this.#items.wanted.value = item === undefined ? undefined : { item, terms: this.terms.value };
  }

  #positionOf(item: string | undefined): number | undefined {
    return [...this.hits.value, ...this.#items.entries.value].find(({ id }) => id === item)
      ?.position;
  }

  #beside(by: 1 | -1, position: number, isInclusive: boolean): Hit | undefined {
    const hits = this.hits.value;
    if (by === 1) {
      return hits.find(
        (hit) => hit.position > position || (isInclusive && hit.position === position),
      );
    }
    return hits.findLast((hit) => hit.position < position);
  }

  async #searchAll(): Promise<void> {
    const search = new AbortController();
    this.#search = search;
    try {
      let page: SearchPage | undefined;
      do {
        page = await this.#page(page?.next_page ?? undefined, search.signal);
        search.signal.throwIfAborted();
        this.#take(page);
      } while (page.has_more && this.#found.value.length < MOST_HITS);
    } catch (error) {
      if (search.signal.aborted) return;
      this.problem.value = asFailure(error).message;
    }
    this.isSearching.value = false;
  }

  async #page(page: string | undefined, signal: AbortSignal): Promise<SearchPage> {
    return call<SearchPage>('conversations/search', {
      method: 'POST',
      signal,
      body: {
        query: withPrefix(this.query.value),
        limit: HITS_AT_ONCE,
        filters: { conversation_id: this.#items.conversation },
        ...(page !== undefined && { page }),
      },
    });
  }

  #take({ data, has_more: hasMore, complete }: SearchPage): void {
    batch(() => {
      const found = data.map(({ item_id: id, position }) => ({ id, position }));
      this.#found.value = [...this.#found.value, ...found];
      this.hasMore.value = hasMore;
      if (!complete) this.problem.value = 'Some items are not in the index yet.';
    });
  }

  #merged(): readonly Hit[] {
    const terms = this.terms.value;
    const hits = new Map(this.#found.value.map((hit) => [hit.id, hit]));
    for (const { id, item, position } of this.#items.entries.value) {
      if (hasTerms(this.#textOf(item), terms)) hits.set(id, { id, position });
    }
    return [...hits.values()].toSorted((left, right) => left.position - right.position);
  }

  #textOf(item: Item | Stub): string {
    const known = this.#texts.get(item) ?? folded(textsOf(item));
    this.#texts.set(item, known);
    return known;
  }
}

/** Returns a query in which the last word is a beginning, since it may not be typed to its end. */
function withPrefix(query: string): string {
  return /(^|\s)[\p{L}\p{N}]{3,}$/u.test(query) ? `${query}*` : query;
}
