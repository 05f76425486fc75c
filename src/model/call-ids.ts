import { newId } from '../base/ids.ts';
import type { ContextItem } from './port.ts';

const LONGEST_ID = 64;

/** The ids of calls that a conversation has, which a new call must not repeat. */
export class CallIds {
  readonly #taken: Set<string>;

  constructor(items: readonly ContextItem[]) {
    this.#taken = new Set(items.flatMap((item) => ('call_id' in item ? [item.call_id] : [])));
  }

  /** Returns the server's id if it can be kept, otherwise a new one. */
  take(id: string | undefined): string {
    const isUsable =
      id !== undefined && id !== '' && id.length <= LONGEST_ID && !this.#taken.has(id);
    const taken = isUsable ? id : newId('call');
    this.#taken.add(taken);
    return taken;
  }
}
