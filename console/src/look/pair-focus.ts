import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Keeps the focus in a group of pairs of fields: on the key of a new pair, on the first one when all come, and on the last button when one goes. */
export function usePairFocus(pairs: number): RefObject<HTMLFieldSetElement | null> {
  const group = useRef<HTMLFieldSetElement>(null);
  const known = useRef(pairs);
  useLayoutEffect(() => {
    const before = known.current;
    known.current = pairs;
    const keys = [...(group.current?.querySelectorAll<HTMLInputElement>('[data-key]') ?? [])];
    if (pairs > before) keys.at(before === 0 ? 0 : -1)?.focus();
    if (pairs < before) [...(group.current?.querySelectorAll('button') ?? [])].at(-1)?.focus();
  }, [pairs]);
  return group;
}
