import type { ComponentChildren } from 'preact';
import { hasAnyOf } from '../text/words.ts';
import { useArrival, useKept } from '../text/kept.ts';

/** A part of an item that opens. Its content is not in the document while it is closed. */
export function Disclosure({
  name,
  note,
  isOpen = false,
  of,
  children,
}: {
  readonly name: string;
  readonly note?: string;
  readonly isOpen?: boolean;
  /** Its content. It opens when the reader arrives for words in it. */
  readonly of?: unknown;
  readonly children: ComponentChildren;
}) {
  const [open, setOpen] = useKept(name, isOpen);
  useArrival(name, (terms) => hasAnyOf(of, terms) && setOpen(true));
  return (
    <div class="disclosure">
      <button type="button" class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span> {name}{' '}
        {note !== undefined && <span class="quiet">{note}</span>}
      </button>
      {open && <div class="disclosed">{children}</div>}
    </div>
  );
}
