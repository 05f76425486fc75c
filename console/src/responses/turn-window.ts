import { signal } from '@preact/signals';
import { asFailure, call, type ApiFailure } from '../api/client.ts';
import type { Page } from '../api/objects.ts';
import type { Entry } from '../items/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import type { PlacedTurn, Turn } from './turn.ts';

const PAGE = 100;
/** Responses that are kept. Those that are far from the window are asked for again when it comes back. */
const MOST_TURNS = 1500;
/** What lines do not show, and may be large. */
const EXCLUDED = ['output', 'instructions', 'tools'];

/** Positions of items of which the responses are known: from `from` up to, and without, `until`. */
interface Known {
  readonly from: number;
  readonly until: number;
}

/** The responses that have made a run of items, loaded for as far as that run goes. */
export class TurnWindow {
  readonly conversation: string;
  /** In the order of their places. */
  readonly turns = signal<readonly PlacedTurn[]>([]);
  readonly failure = signal<ApiFailure | undefined>(undefined);
  #known: Known | undefined;
  #isBusy = false;

  constructor(conversation: string) {
    this.conversation = conversation;
  }

  /**
   * Loads what is missing for the items of a window: one page for each page of items, and nothing for a window that is
   * covered. `isAtEnd`: nothing follows the window.
   */
  async cover(entries: readonly Entry[], isAtEnd: boolean): Promise<void> {
    const [first, last] = [entries[0], entries.at(-1)];
    if (this.#isBusy || this.failure.value !== undefined) return;
    if (first === undefined || last === undefined) return;
    this.#isBusy = true;
    try {
      await this.#load(first.position, last.position, isAtEnd);
    } catch (error) {
      this.failure.value = asFailure(error);
    }
    this.#isBusy = false;
  }

  async #load(first: number, last: number, isAtEnd: boolean): Promise<void> {
    const known = this.#known;
    if (known === undefined || first >= known.until || last < known.from) {
      this.turns.value = [];
      this.#known = { from: first, until: first };
      await (isAtEnd ? this.#older(undefined, last + 1) : this.#newer(first, last));
    } else if (first < known.from) await this.#older(known.from, known.until);
    else if (last >= known.until) await this.#newer(known.until, last);
  }

  /** Loads the responses of the items before `until`; from the last one of all without `from`. */
  async #older(from: number | undefined, until: number): Promise<void> {
    const start = from === undefined ? {} : { position: String(from - 1) };
    const { turns, hasMore } = await this.#page('desc', start);
    const reached = hasMore ? (turns.at(-1)?.end ?? 0) : 0;
    // Many responses may end at the same place.
    const next = from === undefined ? reached : Math.min(reached, from - 1);
    this.#add(turns.toReversed(), { from: next, until }, 'front');
  }

  /** Loads the responses of the items from a position on, with those that end there. */
  async #newer(from: number, last: number): Promise<void> {
    const { turns, hasMore } = await this.#page('asc', { position: String(Math.max(0, from - 1)) });
    const reached = hasMore ? (turns.at(-1)?.end ?? from) : last + 1;
    const known = { from: this.#known?.from ?? from, until: Math.max(reached, from + 1) };
    this.#add(turns, known, 'back');
  }

  #add(more: readonly PlacedTurn[], known: Known, at: 'front' | 'back'): void {
    const ids = new Set(more.map(({ response }) => response.id));
    const others = this.turns.value.filter(({ response }) => !ids.has(response.id));
    const all = at === 'front' ? [...more, ...others] : [...others, ...more];
    const kept = at === 'front' ? all.slice(0, MOST_TURNS) : all.slice(-MOST_TURNS);
    const isCut = kept.length < all.length;
    this.#known = {
      from: isCut && at === 'back' ? (kept[0]?.end ?? known.from) : known.from,
      until: isCut && at === 'front' ? (kept.at(-1)?.end ?? known.until) : known.until,
    };
    this.turns.value = kept;
  }

  async #page(
    order: 'asc' | 'desc',
    from: Readonly<Record<string, string>>,
  ): Promise<{ readonly turns: readonly PlacedTurn[]; readonly hasMore: boolean }> {
    const parameters = new URLSearchParams({
      conversation: this.conversation,
      order,
      limit: String(PAGE),
      'include[]': 'report',
      ...from,
    });
    for (const field of EXCLUDED) parameters.append('exclude[]', field);
    const page = await call<Page<Turn>>(`responses?${parameters}`);
    const turns = page.data.map((response) => ({
      response,
      end: response.report?.end_position ?? 0,
    }));
    return { turns, hasMore: page.has_more };
  }
}

/** The responses of each window of items. */
const windows = new WeakMap<ItemWindow, TurnWindow>();

export function turnsOf(items: ItemWindow): TurnWindow {
  const known = windows.get(items) ?? new TurnWindow(items.conversation);
  windows.set(items, known);
  return known;
}

/** Checks whether a turn that stands behind an item has none of its own in the conversation any more. */
export function isRemoved(
  { response: { report }, end }: PlacedTurn,
  { position }: Pick<Entry, 'position'>,
): boolean {
  const first = report?.output_position ?? end;
  return first < end && first > position;
}

/** Returns the responses that stand behind an item: those that end there, or behind items that are gone since. */
export function turnsBehind(
  turns: readonly PlacedTurn[],
  entry: Entry,
  next: Entry | undefined,
): readonly PlacedTurn[] {
  const most = next?.position ?? Infinity;
  return turns.filter(({ end }) => end > entry.position && end <= most);
}
