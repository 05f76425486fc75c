import type { Item, Stub } from '../api/objects.ts';
import { isStub } from '../items/entry.ts';

/** Fields that nobody reads: names of things, sealed content, and bytes of files. */
const UNREAD = new Set([
  'id',
  'type',
  'role',
  'status',
  'call_id',
  'approval_request_id',
  'encrypted_content',
  'image_url',
  'file_data',
  'data',
  'result',
]);

/** Returns the texts of an item that a reader may look for. A stub has none. */
export function textsOf(item: Item | Stub): string {
  if (isStub(item)) return '';
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value)) {
        if (Array.isArray(value) || !UNREAD.has(name)) collect(each);
      }
    }
  };
  collect(item);
  return texts.join('\n');
}
