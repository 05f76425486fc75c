import type { CommandContext } from '../command.ts';

const INTERVAL_MS = 200;

/** A changing line on a terminal, updated at most a few times a second. */
export class ProgressLine {
  readonly #show: CommandContext['showProgress'];
  #shownAt = 0;

  constructor({ showProgress }: CommandContext) {
    this.#show = showProgress;
  }

  update(text: () => string): void {
    const now = performance.now();
    if (this.#show === undefined || now - this.#shownAt < INTERVAL_MS) return;
    this.#shownAt = now;
    this.#show(text());
  }

  /** Removes the line. */
  clear(): void {
    this.#show?.('');
  }
}
