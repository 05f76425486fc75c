import type { TextPiece } from './chunk.ts';

const OPENING = '<think>';
const CLOSING = '</think>';

/**
 * Separates the reasoning that begins a text in `<think>` tags. The tags may be split over pieces; without the
 * closing one, all is reasoning. White space around the tags is dropped.
 */
export class ThinkTags {
  #state: 'before' | 'reasoning' | 'between' | 'text' = 'before';
  #held = '';

  push(text: string): readonly TextPiece[] {
    if (this.#state === 'text') return [{ type: 'text', text }];
    this.#held += text;
    const pieces: TextPiece[] = [];
    if (this.#state === 'before') this.#findOpening(pieces);
    if (this.#state === 'reasoning') this.#findClosing(pieces);
    if (this.#state === 'between') this.#skipSpace(pieces);
    return pieces;
  }

  /** Returns what was held back. */
  end(): readonly TextPiece[] {
    const text = this.#held;
    this.#held = '';
    if (text === '' || this.#state === 'between') return [];
    return [{ type: this.#state === 'reasoning' ? 'reasoning' : 'text', text }];
  }

  #findOpening(pieces: TextPiece[]): void {
    const text = this.#held.trimStart();
    if (text.startsWith(OPENING)) {
      this.#state = 'reasoning';
      this.#held = text.slice(OPENING.length).trimStart();
    } else if (!OPENING.startsWith(text)) {
      this.#state = 'text';
      pieces.push({ type: 'text', text: this.#take(this.#held.length) });
    }
  }

  #findClosing(pieces: TextPiece[]): void {
    const place = this.#held.indexOf(CLOSING);
    const end = place === -1 ? withoutBeginningOf(CLOSING, this.#held) : place;
    // White space is held back too: the closing tag may follow it.
    const text = this.#take(this.#held.slice(0, end).trimEnd().length);
    if (text !== '') pieces.push({ type: 'reasoning', text });
    if (place === -1) return;
    this.#held = this.#held.trimStart().slice(CLOSING.length);
    this.#state = 'between';
  }

  #skipSpace(pieces: TextPiece[]): void {
    this.#held = this.#held.trimStart();
    if (this.#held === '') return;
    this.#state = 'text';
    pieces.push({ type: 'text', text: this.#take(this.#held.length) });
  }

  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return taken;
  }
}

/** Returns the length of `text` without an end that begins `mark`. */
function withoutBeginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return text.length - length;
  }
  return text.length;
}
