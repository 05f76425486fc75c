import type { Driver, Write } from '../engine/driver.ts';
import { cell } from '../engine/rows.ts';
import type { KeyedWrite } from '../idempotency/under-key.ts';
import { KeyedWrites, type KeyInUse, type RepeatableParams } from '../idempotency/keyed-writes.ts';
import { keyOf, scopeOf } from './access-condition.ts';
import type { ItemToWrite } from './append.ts';
import { copied } from './copied-text.ts';
import type {
  AppendRefusal,
  ConversationKey,
  ConversationReader,
  ConversationRef,
  NewItem,
  References,
} from './port.ts';
import { orItemPresent, Refused, repeatedId } from './refusal.ts';
import * as sql from './statements.ts';

/** A request to write items to a conversation, which may be repeated. */
interface NewItemsParams extends ConversationKey, References, RepeatableParams {
  readonly items: readonly NewItem[];
}

/** A write, and the names of its outcome under a key. */
interface NamedWrite<Result extends object> extends Pick<
  KeyedWrite<Result>,
  'itemIds' | 'namesOf'
> {
  readonly write: Write<Result>;
}

/** Runs writes of items, with references resolved and keys kept. */
export class ItemWrites {
  readonly #driver: Driver;
  readonly #conversations: Pick<ConversationReader, 'get' | 'findItem'>;
  readonly #keyed: KeyedWrites;

  constructor(driver: Driver, conversations: Pick<ConversationReader, 'get' | 'findItem'>) {
    this.#driver = driver;
    this.#conversations = conversations;
    this.#keyed = new KeyedWrites(driver);
  }

  /**
   * Runs a write of items, and returns its refusal if it has one. `target` is the conversation that must exist already.
   */
  async run<Result extends object>(
    params: NewItemsParams,
    target: ConversationRef | undefined,
    writeOf: (items: readonly ItemToWrite[]) => NamedWrite<Result>,
  ): Promise<Result | AppendRefusal | KeyInUse> {
    const repeated = repeatedId(params.items);
    if (repeated !== undefined) {
      return this.#absenceOr({ refused: 'item_present', id: repeated }, target);
    }
    const write = async (): Promise<Result | AppendRefusal | KeyInUse> => {
      try {
        const { write: writing, ...names } = writeOf(await this.#itemsToWrite(params, target));
        const { key, conversationId } = params;
        return await this.#keyed.write({ key, conversationId, ...names }, writing);
      } catch (error) {
        if (error instanceof Refused) return error.refusal;
        throw error;
      }
    };
    const result = await orItemPresent(write, () => this.#presentId(params));
    if (!('refused' in result) || result.refused === undefined) return result;
    // What a repetition is refused for may be new, such as an item that its first attempt has stored.
    return (await this.#keyed.inUse(params)) ?? result;
  }

  /** Replaces references with copies of the items that they name, which never change. */
  async #itemsToWrite(
    params: NewItemsParams,
    target: ConversationRef | undefined,
  ): Promise<readonly ItemToWrite[]> {
    const items: ItemToWrite[] = [];
    for (const item of params.items) {
      items.push(
        item.kind === 'reference'
          ? await this.#referencedItem(item.id, params, target)
          : { id: item.id, type: item.type, data: item.data, isMinted: item.kind === 'minted' },
      );
    }
    return items;
  }

  async #referencedItem(
    id: string,
    params: NewItemsParams,
    target: ConversationRef | undefined,
  ): Promise<ItemToWrite> {
    const item = await this.#conversations.findItem({ ...params, itemId: id });
    if (item !== null) return { ...copied(item), isMinted: false };
    throw new Refused(await this.#absenceOr({ refused: 'reference_absent', id }, target));
  }

  /** Returns the refusal, unless the conversation itself is absent: that comes first in every append. */
  async #absenceOr(
    refusal: AppendRefusal,
    target: ConversationRef | undefined,
  ): Promise<AppendRefusal> {
    const isAbsent = target !== undefined && (await this.#conversations.get(target)) === null;
    return isAbsent ? { refused: 'conversation_absent' } : refusal;
  }

  /** Returns the first id that is in the conversation. */
  async #presentId(params: NewItemsParams): Promise<string | undefined> {
    const ids = params.items.map(({ id }) => id);
    const query = { sql: sql.SELECT_ITEMS_HERE, parameters: [...keyOf(params), ids] };
    const rows = await this.#driver.read({ scope: scopeOf(params), query });
    const present = new Set(rows.map((row) => cell(row, 'id')));
    return ids.find((id) => present.has(id));
  }
}
