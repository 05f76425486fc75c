import type { Place } from '../../store/changes/port.ts';

/** Conversations of a reader, some 150 bytes each. */
const MOST = 20_000;

/** How far a reader has the conversations that have changed of late. The oldest ones are forgotten. */
export class KnownPlaces {
  readonly #places = new Map<string, Place>();

  get(conversationId: string): Place | undefined {
    return this.#places.get(conversationId);
  }

  set(conversationId: string, place: Place): void {
    this.#places.delete(conversationId);
    this.#places.set(conversationId, place);
    if (this.#places.size <= MOST) return;
    for (const oldest of this.#places.keys()) {
      this.#places.delete(oldest);
      return;
    }
  }
}
