import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** Actions by the keys that start them; two keys after each other have a space between them. */
export type Keys = Readonly<Record<string, () => void>>;

const SEQUENCE_MS = 1000;
const STORED_AS = 'colloquy.keys';

/** Set while keys start actions. Who dictates or slips may switch them off. */
export const hasKeys = signal(localStorage.getItem(STORED_AS) !== 'off');

export function switchKeys(isOn: boolean): void {
  hasKeys.value = isOn;
  localStorage.setItem(STORED_AS, isOn ? 'on' : 'off');
}

/** The keys of all mounted components, the latest last. */
const listeners = new Set<{ current: Keys }>();
let before = '';
let beforeAt = 0;

addEventListener('keydown', (event) => {
  if (!hasKeys.value || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
  // The browser closes what is open.
  if (event.key === 'Escape' && document.querySelector(':popover-open') !== null) return;
  const both = event.timeStamp - beforeAt < SEQUENCE_MS ? `${before} ${event.key}` : '';
  [before, beforeAt] = [event.key, event.timeStamp];
  // The second key of a sequence is not meant by itself.
  const action = actionFor(both) ?? actionFor(event.key);
  if (action === undefined) return;
  event.preventDefault();
  action();
});

function actionFor(keys: string): (() => void) | undefined {
  return [...listeners].findLast(({ current }) => Object.hasOwn(current, keys))?.current[keys];
}

/** Starts actions by keys while a component is mounted. */
export function useKeys(keys: Keys): void {
  // Those of the latest drawing: a second key may come before its effects have run.
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    listeners.add(latest);
    return () => listeners.delete(latest);
  }, []);
}

/** Checks for a key that is typed into a field, or starts a button or a link. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === 'Enter' && target.closest('a, button, summary') !== null) return true;
  const isField = target.matches('input:not([type=range], [type=checkbox]), textarea, select');
  return isField || target.isContentEditable || target.closest('dialog, [popover]') !== null;
}
