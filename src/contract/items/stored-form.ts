import type { JsonObject } from '../../base/json-object.ts';
import { withDefaults } from './content.ts';
import type { ItemDefinition } from './define.ts';

const LEADING_KEYS = ['id', 'type', 'status'];

/** Returns an item as it is stored and served: normalised, with its defaults, in OpenAI's order of keys. */
export function storedForm(item: JsonObject, definition: ItemDefinition): JsonObject {
  const normalised = definition.normalise?.(item) ?? item;
  return withDefaults(normalised, definition.defaults, LEADING_KEYS);
}
