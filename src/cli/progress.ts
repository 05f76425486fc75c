import type { CommandContext } from './command.ts';

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

/** A count as people read it. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** A number of bytes as people read it. */
export function shownBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const shown = bytes / 1000 ** power;
  return `${power === 0 || shown >= 100 ? Math.round(shown) : shown.toFixed(1)} ${units[power]}`;
}
