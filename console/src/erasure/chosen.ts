import { signal } from '@preact/signals';

/** Ids that were marked for an erasure. They are too many for an address, and gone with the tab. */
export const chosen = signal<readonly string[]>([]);

export function chooseForErasure(ids: readonly string[]): void {
  chosen.value = ids;
}
