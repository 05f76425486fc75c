/** The example of each item type, divided for tests that send it under ids of their own. */

import { ITEM_DEFINITIONS } from '../../src/contract/items/table.ts';
import { asJsonSchema } from '../../src/contract/schema/schema.ts';

export interface ItemSample {
  readonly type: string;
  readonly prefix: string;
  /** Whether ids of callers must begin with the prefix. */
  readonly prefixEnforced: boolean;
  /** Whether an item that does not fit is always refused, rather than kept by a server that is not strict. */
  readonly isChecked: boolean;
  /** Whether the caller must bring the id. */
  readonly idRequired: boolean;
  /** The example without its type, and without an id that every item of the type must bring. */
  readonly sent: Readonly<Record<string, unknown>>;
  /** Values that the server adds. */
  readonly added: Readonly<Record<string, unknown>>;
}

export const ITEM_SAMPLES: readonly ItemSample[] = ITEM_DEFINITIONS.map((definition) => {
  const { type, prefix, prefixEnforced, create, defaults } = definition;
  const isChecked = definition.handling === 'checked';
  const idRequired = asJsonSchema(create).required?.includes('id') ?? false;
  const left = ['type', ...(idRequired ? ['id'] : [])];
  const sent = Object.fromEntries(
    Object.entries(definition.example).filter(([key]) => !left.includes(key)),
  );
  const added = Object.fromEntries(
    Object.entries(defaults).filter(([key]) => !Object.hasOwn(sent, key)),
  );
  return { type, prefix, prefixEnforced, isChecked, idRequired, sent, added };
});
