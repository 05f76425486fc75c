import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Entry } from '../transcript/entry.ts';

/** What can be done with an item. */
export interface ItemAction {
  /** Verb and noun; with `…` where something is asked first. */
  readonly name: string;
  /** Keys that do the same. */
  readonly keys?: string;
  readonly act: () => void;
}

type ActionsOf = (entry: Entry) => readonly ItemAction[];

const sources = signal<readonly { current: ActionsOf }[]>([]);

/** Adds actions to the menus and details of items while a component is mounted, behind those that are there. */
export function useItemActions(actionsOf: ActionsOf): void {
  const latest = useRef(actionsOf);
  latest.current = actionsOf;
  useEffect(() => {
    sources.value = [...sources.value, latest];
    return () => {
      sources.value = sources.value.filter((each) => each !== latest);
    };
  }, []);
}

/** Returns what can be done with an item. */
export function actionsFor(entry: Entry): readonly ItemAction[] {
  return sources.value.flatMap(({ current }) => current(entry));
}
