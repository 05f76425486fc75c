import type { Item, Stub } from '../api/objects.ts';

/** An item with its place. A stub stands for an item with a large body. */
export interface Entry {
  readonly id: string;
  readonly item: Item | Stub;
  readonly position: number;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Characters of its JSON. */
  readonly size: number;
}

/** Checks for what stands in place of an item with a large body. */
export function isStub(item: Item | Stub): item is Stub {
  return 'object' in item && item.object === 'conversation.item.stub';
}
