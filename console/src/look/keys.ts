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

/** Listens for keys while a component is mounted. Keys that are typed into a field are not meant. */
export function useKeys(keys: Keys): void {
  // Those of the latest drawing: a second key may come before its effects have run.
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let before = '';
    let at = 0;
    const pressed = (event: KeyboardEvent): void => {
      if (!hasKeys.value || event.ctrlKey || event.metaKey || event.altKey || isTaken(event))
        return;
      const both = event.timeStamp - at < SEQUENCE_MS ? `${before} ${event.key}` : '';
      [before, at] = [event.key, event.timeStamp];
      const action = latest.current[both] ?? latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

/** Checks for a key that is typed into a field, or starts a button or a link. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === 'Enter' && target.closest('a, button') !== null) return true;
  const isField = target.matches('input:not([type=range]), textarea, select');
  return isField || target.isContentEditable || target.closest('dialog') !== null;
}
