import { stringField, type JsonObject } from '../base/json-object.ts';
import type { TextSeal } from './seal.ts';

/** The content of the sealed text of a `compaction` item. */
export interface SealedCompaction {
  /** The summary that a model is shown. */
  readonly summary: string;
  /** Set when the summary replaces all items before the compaction in what a model is shown. */
  readonly coversAll: boolean;
  /** Items in their stored form that follow the summary word for word. */
  readonly kept: readonly JsonObject[];
}

export function sealCompaction(
  seal: TextSeal,
  tenant: string,
  compaction: SealedCompaction,
): string {
  return seal.seal(JSON.stringify(compaction), { tenant, purpose: 'compaction' });
}

/** Opens a tenant's own compaction; `undefined` for a foreign, damaged or forged one. */
export function openCompaction(
  seal: TextSeal,
  tenant: string,
  sealed: string,
): SealedCompaction | undefined {
  const text = seal.open(sealed, { tenant, purpose: 'compaction' });
  // Sound: a text for this purpose opens only if `sealCompaction` has sealed it.
  return text === undefined ? undefined : (JSON.parse(text) as SealedCompaction);
}

/** Checks for a compaction that stands for all items before it, and that this server can open. */
export function isOwnCompaction(seal: TextSeal, tenant: string, item: JsonObject): boolean {
  if (item['type'] !== 'compaction') return false;
  const opened = openCompaction(seal, tenant, stringField(item, 'encrypted_content') ?? '');
  return opened?.coversAll === true;
}
