import type { Item, Stub } from '../api/objects.ts';
import { isStub } from '../items/entry.ts';
import { textsIn } from '../text/words.ts';

/** Returns the texts of an item that a reader may look for. A stub has none. */
export function textsOf(item: Item | Stub): string {
  return isStub(item) ? '' : textsIn(item);
}
