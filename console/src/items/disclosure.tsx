import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ItemWindow } from '../transcript/item-window.ts';

/** A part of an item that opens. What the reader has opened stays so when its row scrolls away and comes back. */
export function Disclosure({
  id,
  name,
  note,
  isOpen = false,
  items,
  children,
}: {
  readonly id: string;
  readonly name: string;
  readonly note?: string;
  readonly isOpen?: boolean;
  readonly items: ItemWindow;
  readonly children: ComponentChildren;
}) {
  const [open, setOpen] = useState(items.opened.get(id) ?? isOpen);
  const toggle = (): void => {
    items.opened.set(id, !open);
    setOpen(!open);
  };
  return (
    <div class="disclosure">
      <button type="button" class="plain" aria-expanded={open} onClick={toggle}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span> {name}{' '}
        {note !== undefined && <span class="quiet">{note}</span>}
      </button>
      {open && <div class="disclosed">{children}</div>}
    </div>
  );
}
