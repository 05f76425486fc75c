import { effect, signal } from '@preact/signals';
import { signIns } from '../api/session.ts';
import type { Conversation } from '../api/objects.ts';

/** Values that are kept of one key. */
const MOST_VALUES = 50;
const MOST_KEYS = 200;

/** Keys and values of metadata, and owners under `owner`, that this session has seen. */
export const seen = signal<ReadonlyMap<string, ReadonlySet<string>>>(new Map());

// Another caller has seen nothing of it.
effect(() => {
  if (signIns.value > 0) seen.value = new Map();
});

/** Notes what the bar can suggest. It costs no request. */
export function noteSeen(conversations: readonly Conversation[]): void {
  const next = new Map([...seen.value].map(([key, values]) => [key, new Set(values)]));
  for (const { metadata, owner } of conversations) {
    const pairs = Object.entries(metadata);
    if (owner !== undefined) pairs.push(['owner', owner]);
    for (const [key, value] of pairs) {
      const values = next.get(key) ?? new Set();
      if (values.size < MOST_VALUES) values.add(value);
      if (next.size < MOST_KEYS || next.has(key)) next.set(key, values);
    }
  }
  seen.value = next;
}

/** Returns the keys of metadata that were seen. */
export function seenKeys(): readonly string[] {
  return [...seen.value.keys()].filter((key) => key !== 'owner').toSorted();
}
