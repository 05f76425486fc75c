import type { CommandContext } from '../command.ts';

const EVERY_MS = 200;

/** Shows a line that changes, on a terminal; at most a few times a second. */
export class ProgressLine {
  readonly #show: CommandContext['showProgress'];
  #shownAt = 0;

  constructor({ showProgress }: CommandContext) {
    this.#show = showProgress;
  }

  update(text: () => string): void {
    const now = performance.now();
    if (this.#show === undefined || now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#show(text());
  }

  /** Takes the line away. */
  clear(): void {
    this.#show?.('');
  }
}
