import type { Item, Stub } from '../api/objects.ts';

/** An item with its place. A stub stands for an item with a large body. */
export interface Entry {
  readonly id: string;
  readonly item: Item | Stub;
  /** -1 where the server does not say. */
  readonly position: number;
  /** Unix seconds; 0 where the server does not say. */
  readonly createdAt: number;
  /** Characters of its JSON, as it was loaded. */
  readonly size: number;
}

const STUB = new Set(['object', 'id', 'type', 'role', 'bytes']);

/** Checks for what stands in place of an item with a large body. A stored item that calls itself a stub has further fields, or no more to load. */
export function isStub(item: Item | Stub): item is Stub {
  return (
    item.object === 'conversation.item.stub' &&
    Object.entries(item).every(([name, value]) => STUB.has(name) && typeof value !== 'object')
  );
}

const sizes = new WeakMap<object, number>();

/** Returns the bytes of an item's JSON, also of one that is not loaded. */
export function bytesOf(item: Item | Stub): number {
  if (isStub(item)) return item.bytes;
  const known = sizes.get(item);
  if (known !== undefined) return known;
  const size = new TextEncoder().encode(JSON.stringify(item)).length;
  sizes.set(item, size);
  return size;
}
