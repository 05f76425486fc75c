/** Erasures, which take as many requests as the server needs. */

import { call } from '../api/client.ts';
import type { Receipt } from '../api/objects.ts';

/** What an erasure is for: all that is given must match. */
export interface ErasureFilter {
  readonly owner?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly conversation_ids?: readonly string[];
}

/** What the receipts of an erasure say together. */
export interface Sum {
  readonly matched: number;
  readonly deleted: number;
  readonly held: number;
  readonly items: number;
  readonly bytes: number;
}

/** Ids that a request takes. */
const IDS_AT_ONCE = 1000;

/** Counts what an erasure would delete. */
export async function count(filter: ErasureFilter, signal: AbortSignal): Promise<Sum> {
  const receipts = await Promise.all(
    partsOf(filter).map((part) => request({ ...part, dry_run: true }, signal)),
  );
  return { ...sumOf(receipts), held: receipts.reduce((sum, { held }) => sum + held, 0) };
}

/** Erases what matches, and tells each receipt as it comes: a request ends after some seconds, and is repeated then. */
export async function erase(
  filter: ErasureFilter,
  signal: AbortSignal,
  tell: (receipt: Receipt) => void,
): Promise<void> {
  for (const part of partsOf(filter)) {
    let receipt: Receipt;
    do {
      receipt = await request(part, signal);
      tell(receipt);
      // One that deletes nothing more would be repeated for ever.
    } while (receipt.has_more && receipt.deleted > 0);
  }
}

/** Returns the sums of receipts. What is held is met by each request again. */
export function sumOf(receipts: readonly Receipt[]): Sum {
  const add = (field: 'matched' | 'deleted' | 'items' | 'bytes' | 'held'): number =>
    receipts.reduce((sum, receipt) => sum + receipt[field], 0);
  return {
    matched: add('matched'),
    deleted: add('deleted'),
    held: Math.max(0, ...receipts.map(({ held }) => held)),
    items: add('items'),
    bytes: add('bytes'),
  };
}

function partsOf(filter: ErasureFilter): readonly ErasureFilter[] {
  const { conversation_ids: ids = [] } = filter;
  if (ids.length <= IDS_AT_ONCE) return [filter];
  return Array.from({ length: Math.ceil(ids.length / IDS_AT_ONCE) }, (_, index) => ({
    ...filter,
    conversation_ids: ids.slice(index * IDS_AT_ONCE, (index + 1) * IDS_AT_ONCE),
  }));
}

function request(
  body: ErasureFilter & { readonly dry_run?: boolean },
  signal: AbortSignal,
): Promise<Receipt> {
  return call<Receipt>('conversations/erase', { method: 'POST', body, signal });
}
