import type { Include } from './include.ts';
import { parseItem, type ItemRules, type ParsedItem } from './parse.ts';
import { itemSchemas, type ItemSchemas } from './schemas.ts';
import { serveItem, type StoredItem } from './serve.ts';

/** Items as one server takes, serves and documents them. */
export interface ItemContract extends ItemSchemas {
  /** Returns an item to append. `path` names it in errors. Throws an `ApiError`. */
  parse(value: unknown, path: string): ParsedItem;
  /** Returns an item's JSON without the fields that `include` governs and does not name. */
  serve(item: StoredItem, include: readonly Include[]): string;
}

/** Returns the contract under the given rules. */
export function itemContract(rules: ItemRules): ItemContract {
  return {
    ...itemSchemas(rules),
    parse: (value, path) => parseItem(value, path, rules),
    serve: (item, include) => serveItem(item, include, rules),
  };
}
