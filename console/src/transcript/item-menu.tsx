import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Entry } from '../items/entry.ts';

/** What can be done with an item. */
interface ItemAction {
  /** Verb and noun; with `…` where something is asked first. */
  readonly name: string;
  /** Keys that do the same. */
  readonly keys?: string;
  /** Set for a button in the details, too. */
  readonly isInDetails?: true;
  readonly act: () => void;
}

type ActionsOf = (entry: Entry) => readonly ItemAction[];

const sources = signal<readonly { current: ActionsOf }[]>([]);

/** Adds actions to the menus of items while a component is mounted, behind those that are there. */
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

/** An item with the element that its menu stands below. */
export interface MenuPlace {
  readonly entry: Entry;
  readonly anchor: Element;
}

/** The menu of one item. It is there while it is open. */
export function ItemMenu({ at, close }: { readonly at: MenuPlace; readonly close: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = menu.current;
    if (element === null) return undefined;
    element.showPopover();
    placeBelow(element, at.anchor);
    element.querySelector('button')?.focus();
    // The window or the text may change its size.
    const observer = new ResizeObserver(() => placeBelow(element, at.anchor));
    for (const each of [element, document.documentElement]) observer.observe(each);
    return () => observer.disconnect();
  }, [at]);
  const step = (event: KeyboardEvent): void => {
    const buttons = [...(menu.current?.querySelectorAll('button') ?? [])];
    const from = buttons.findIndex((button) => button === document.activeElement);
    const to = MOVES[event.key]?.(from, buttons.length);
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length)?.focus();
  };
  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      class="menu item-menu"
      aria-label="What can be done with the item"
      onToggle={({ newState }) => newState === 'closed' && close()}
      onKeyDown={step}
    >
      {actionsFor(at.entry).map(({ name, keys, act }) => (
        <button
          key={name}
          type="button"
          role="menuitem"
          class="plain"
          onClick={() => {
            menu.current?.hidePopover();
            act();
          }}
        >
          <span>{name}</span>
          {keys !== undefined && <kbd aria-hidden="true">{keys}</kbd>}
        </button>
      ))}
    </div>
  );
}

const MOVES: Readonly<Record<string, (from: number, count: number) => number>> = {
  ArrowDown: (from) => from + 1,
  ArrowUp: (from, count) => from - 1 + count,
  Home: () => 0,
  End: (_from, count) => count - 1,
};

const GAP = 4;

/** Puts a menu below an element, or above it where there is no room. */
function placeBelow(menu: HTMLElement, anchor: Element): void {
  const { top, bottom, right } = anchor.getBoundingClientRect();
  const fits = bottom + GAP + menu.offsetHeight < innerHeight;
  const wanted = fits ? bottom + GAP : top - GAP - menu.offsetHeight;
  // An anchor may be beyond the window, where that is low.
  const most = innerHeight - GAP - menu.offsetHeight;
  menu.style.top = `${Math.max(GAP, Math.min(wanted, most))}px`;
  menu.style.left = `${Math.max(GAP, right - menu.offsetWidth)}px`;
}
