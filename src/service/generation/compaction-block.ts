import type { OutputItem } from '../../contract/responses/output-items.ts';
import { added, done, type BareEvent, type Block, type Place } from './block.ts';

/** A summary of the conversation so far, which is whole at once. */
export class CompactionBlock implements Block {
  readonly #place: Place;
  readonly #item: OutputItem;

  constructor(place: Place, encrypted: string) {
    this.#place = place;
    this.#item = { id: place.id, type: 'compaction', encrypted_content: encrypted };
  }

  open(): readonly BareEvent[] {
    return [added(this.#place, this.#item)];
  }

  close(): { readonly events: readonly BareEvent[]; readonly item: OutputItem } {
    return { events: [done(this.#place, this.#item)], item: this.#item };
  }
}
