import { ApiFailure, call } from '../api/client.ts';
import type { ItemPage } from '../api/objects.ts';
import type { Entry } from '../items/entry.ts';

const PAGE = 100;
/** Bodies beyond this come as stubs. */
const MOST_ITEM_BYTES = 65_536;

/** A contiguous part of a conversation, in its order. */
export interface Run {
  readonly entries: readonly Entry[];
  /** Set when more follow in the direction that was asked for. */
  readonly hasMore: boolean;
  /** Set when the server says at which positions the items are. */
  readonly isPlaced: boolean;
}

export function pathOfItems(conversation: string): string {
  return `conversations/${encodeURIComponent(conversation)}/items`;
}

/** Where to open a window. */
export type Start = 'first' | 'last' | { readonly item: string } | { readonly position: number };

/** What a window opens with. */
export interface Opening {
  readonly entries: readonly Entry[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly isPlaced: boolean;
  /** Item to begin with; `undefined` for the end. */
  readonly target: string | undefined;
  /** Where it opens instead, when the item that was asked for is not there any more. */
  readonly lost: 'nearest' | 'end' | undefined;
}

/** Ids whose positions are remembered, so that the place of one that was deleted is still known. */
const MOST_POSITIONS = 20_000;

/** Loads parts of a conversation. */
export class ItemPages {
  readonly conversation: string;
  readonly #positions = new Map<string, number>();

  constructor(conversation: string) {
    this.conversation = conversation;
  }

  /** Loads what a window opens with. Rejects with an `ApiFailure`, or when it is aborted. */
  async open(start: Start, signal: AbortSignal): Promise<Opening> {
    if (start === 'last') {
      const { hasMore, ...run } = await this.load('desc', {}, signal);
      return { ...run, hasOlder: hasMore, hasNewer: false, target: undefined, lost: undefined };
    }
    if (start === 'first') {
      const { hasMore, ...run } = await this.load('asc', {}, signal);
      return {
        ...run,
        hasOlder: false,
        hasNewer: hasMore,
        target: run.entries[0]?.id,
        lost: undefined,
      };
    }
    if ('position' in start) return this.#around(start.position, signal);
    try {
      return await this.#aroundItem(start.item, signal);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
      const position = this.#positions.get(start.item);
      const opening = await (position === undefined
        ? this.open('last', signal)
        : this.#around(position, signal));
      return { ...opening, lost: position === undefined ? 'end' : 'nearest' };
    }
  }

  async #around(position: number, signal: AbortSignal): Promise<Opening> {
    const at = Math.max(0, position);
    const [newer, older] = await Promise.all([
      this.load('asc', { position: String(at) }, signal),
      at === 0 ? NOTHING : this.load('desc', { position: String(at - 1) }, signal),
    ]);
    const target = (newer.entries[0] ?? older.entries.at(-1))?.id;
    return joined(older, newer, target);
  }

  async #aroundItem(item: string, signal: AbortSignal): Promise<Opening> {
    const older = await this.load('desc', { after: item }, signal);
    const last = older.entries.at(-1);
    const from: Record<string, string> =
      last === undefined
        ? {}
        : older.isPlaced
          ? { position: String(last.position + 1) }
          : { after: last.id };
    return joined(older, await this.load('asc', from, signal), item);
  }

  /** Loads a page of items, from a place on in the given order. Rejects with an `ApiFailure`, or when it is aborted. */
  async load(
    order: 'asc' | 'desc',
    from: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Run> {
    const parameters = new URLSearchParams({
      order,
      limit: String(PAGE),
      max_item_bytes: String(MOST_ITEM_BYTES),
      'include[]': 'placement',
      ...from,
    });
    const page = await call<ItemPage>(`${pathOfItems(this.conversation)}?${parameters}`, {
      signal,
    });
    signal.throwIfAborted();
    const entries = page.data.map((item, index) => {
      const { position = -1, created_at: createdAt = 0 } = page.placements?.[index] ?? {};
      return { id: item.id, item, position, createdAt, size: JSON.stringify(item).length };
    });
    const run = {
      entries: order === 'asc' ? entries : entries.toReversed(),
      hasMore: page.has_more,
      isPlaced: page.placements !== undefined,
    };
    this.#remember(run);
    return run;
  }

  #remember({ entries, isPlaced }: Run): void {
    if (isPlaced) for (const { id, position } of entries) this.#positions.set(id, position);
    for (const id of this.#positions.keys()) {
      if (this.#positions.size <= MOST_POSITIONS) break;
      this.#positions.delete(id);
    }
  }
}

const NOTHING: Run = { entries: [], hasMore: false, isPlaced: true };

function joined(older: Run, newer: Run, target: string | undefined): Opening {
  return {
    entries: [...older.entries, ...newer.entries],
    hasOlder: older.hasMore,
    hasNewer: newer.hasMore,
    isPlaced: newer.isPlaced,
    target,
    lost: undefined,
  };
}
