import { ITEM_SAMPLES } from '../test/support/item-samples.ts';
import type { Model, StoredConversation } from './model.ts';
import { itemOfOddType, misfitItem, oddId } from './odd-items.ts';
import { oddString, text } from './odd-values.ts';
import type { Principal } from './principals.ts';
import type { Random } from './random.ts';

/** Few keys and values, so that filters often match. */
export const METADATA_KEYS = ['topic', 'user', '', 'a b', 'ключ', 'a.b', 'x]y', '__proto__'];
export const METADATA_VALUES = ['x', 'y', '', 'größe', '🙂'];
/** Few suffixes of ids, so that ids often collide. */
const SUFFIXES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

/** Makes values for requests with answers that the model predicts. */
export class PlainValues {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** Picks a conversation of the caller, one of another principal, one that is deleted, or one that never existed. */
  conversation(
    random: Random,
    caller: Principal | undefined,
  ): { readonly id: string; readonly stored: StoredConversation | undefined } {
    const all = [...this.#model.conversations.values()];
    const own = caller === undefined ? all : this.#model.writable(caller);
    const pool = random.chance(0.8) && own.length > 0 ? own : all;
    if (pool.length > 0 && random.chance(0.94)) {
      const stored = random.pick(pool);
      return { id: stored.id, stored };
    }
    const { deleted } = this.#model;
    const id = deleted.length > 0 && random.chance(0.8) ? random.pick(deleted) : 'conv_never';
    return { id, stored: undefined };
  }

  /** Picks an item of the conversation, one that is deleted from it, or one that never existed. */
  itemId(random: Random, stored: StoredConversation | undefined): string {
    if (stored !== undefined && stored.items.length > 0 && random.chance(0.85)) {
      return random.pick(stored.items).id;
    }
    const deleted = this.#model.deletedItems.filter(
      ({ conversation }) => conversation === stored?.id,
    );
    return deleted.length > 0 ? random.pick(deleted).item : 'msg_never';
  }

  /** Picks a Unix time in seconds, mostly close to the creation of a conversation. */
  second(random: Random): number {
    const all = [...this.#model.conversations.values()];
    if (all.length === 0 || random.chance(0.2)) return random.pick([0, 4_000_000_000]);
    return random.pick(all).createdAt + random.pick([-1, 0, 1]);
  }

  metadata(random: Random): unknown {
    const value = (): string => (random.chance(0.2) ? text(random) : random.pick(METADATA_VALUES));
    return Object.fromEntries(
      random.list(random.below(4), () => [random.pick(METADATA_KEYS), value()]),
    );
  }

  items(random: Random, caller: Principal | undefined): unknown[] {
    const count = random.chance(0.05) ? random.pick([20, 21]) : random.below(4);
    return random.list(count, () => this.#item(random, caller));
  }

  #item(random: Random, caller: Principal | undefined): unknown {
    const value = { role: random.pick(['user', 'developer', 'system']), content: text(random) };
    const { isStrict } = this.#model.rules;
    // A strict server refuses most of these, and then the whole request.
    const odd = isStrict ? 0.2 : 1.5;
    const kinds = { withoutId: 8, withId: 3, sample: 4, reference: 1.5, loneId: 1.5 };
    const kind = random.weighted({
      ...kinds,
      oddId: odd,
      oddType: odd,
      misfit: isStrict ? 0 : odd,
    });
    switch (kind) {
      case 'withoutId':
        return random.chance(0.2) ? { ...value, content: oddString(random) } : value;
      case 'withId':
        return { ...value, id: `msg_${random.pick(SUFFIXES)}` };
      case 'sample':
        return this.#sample(random);
      case 'reference':
        return { type: 'item_reference', id: this.#knownItem(random, caller) };
      case 'loneId':
        return { id: this.#knownItem(random, caller) };
      case 'oddId':
        return { ...value, id: oddId(random) };
      case 'oddType':
        return itemOfOddType(random);
      case 'misfit':
        return misfitItem(random);
    }
  }

  #sample(random: Random): unknown {
    const { type, prefix, idRequired, sent } = random.pick(ITEM_SAMPLES);
    const hasId = idRequired || random.chance(0.3);
    const id = random.chance(0.5) ? random.pick(SUFFIXES) : String(random.below(1_000_000));
    return { type, ...sent, ...(hasId ? { id: `${prefix}_${id}` } : {}) };
  }

  #knownItem(random: Random, caller: Principal | undefined): string {
    const { deletedItems } = this.#model;
    if (deletedItems.length > 0 && random.chance(0.1)) return random.pick(deletedItems).item;
    const shared = caller === undefined ? [] : this.#model.sharedIds(caller);
    if (shared.length > 0 && random.chance(0.6)) return random.pick(shared);
    return this.itemId(random, this.conversation(random, caller).stored);
  }
}
