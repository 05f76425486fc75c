import type { ItemWindow } from './item-window.ts';
import type { Rows } from './use-virtual-rows.ts';

/** Distance in pixels from the end of the rows at which a reader is taken along. */
const NEAR_END = 80;

/** Takes a reader who is at the end of a conversation along while it grows. */
export class Follower {
  /** The list on the screen. */
  rows: Rows;
  readonly #items: ItemWindow;
  #isRunning = false;
  #isAgain = false;

  constructor(items: ItemWindow, rows: Rows) {
    this.#items = items;
    this.rows = rows;
  }

  /** Notes that something was appended. Returns whether the reader is taken to it. */
  note(position?: number): boolean {
    const isAtEnd = !this.#items.hasNewer && this.rows.isAtEnd(NEAR_END);
    this.#items.noteAppended(position);
    const follows = isAtEnd || this.#isRunning;
    if (follows) void this.#follow();
    return follows;
  }

  /** Loads what was appended, and goes to its end. What comes meanwhile is loaded in the same way. */
  async #follow(): Promise<void> {
    this.#isAgain = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    let { asked } = this.#items;
    while (this.#isAgain && asked === this.#items.asked) {
      this.#isAgain = false;
      await this.#items.idle();
      await this.#items.newer();
      const isFar = this.#items.hasNewer && !this.#isAgain;
      if (!isFar || asked !== this.#items.asked || this.#items.failure.value !== undefined)
        continue;
      asked += 1;
      await this.#items.open('last');
    }
    this.#isRunning = false;
    // The reader may have gone elsewhere meanwhile.
    if (asked === this.#items.asked) requestAnimationFrame(() => this.rows.scrollToEnd());
  }
}
