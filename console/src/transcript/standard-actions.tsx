import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../look/confirm.tsx';
import { COPIES } from '../text/copy-as.ts';
import type { Copying } from './copying.ts';
import { beginningOf, DELETE_CONSEQUENCE, deleteQuestion } from './detail.tsx';
import { isStub, type Entry } from '../items/entry.ts';
import { useItemActions } from './item-menu.tsx';

/** Puts what can be done with every item into its menu. Returns the dialog that asks before an item is deleted. */
export function useStandardActions({
  remove,
  mayChange,
  copying,
  flip,
  show,
}: {
  /** Deletes an item, and puts the focus on its neighbour. */
  readonly remove: (id: string) => Promise<void>;
  readonly mayChange: boolean;
  readonly copying: Copying;
  /** Draws the texts of an item the other way. */
  readonly flip: (entry: Entry) => void;
  readonly show: (entry: Entry) => void;
}): VNode | null {
  const [deleted, setDeleted] = useState<Entry>();
  useItemActions((entry) => [
    { name: 'Details', keys: 'd', act: () => show(entry) },
    { name: 'Copy link', keys: 'y', act: () => copying.copyLink(entry) },
    ...COPIES.map((way) => ({
      name: `Copy as ${way.name}`,
      keys: `c ${way.key}`,
      act: () => copying.copyAs(entry, way),
    })),
    ...(entry.item.type === 'message' && !isStub(entry.item)
      ? [{ name: 'Plain text or Markdown', keys: 'T', act: () => flip(entry) }]
      : []),
    ...(mayChange ? [{ name: 'Delete…', act: () => setDeleted(entry) }] : []),
  ]);
  if (deleted === undefined) return null;
  return (
    <ConfirmDialog
      name="Delete"
      question={deleteQuestion(deleted)}
      consequence={DELETE_CONSEQUENCE}
      about={beginningOf(deleted)}
      act={() => remove(deleted.id)}
      close={() => setDeleted(undefined)}
    />
  );
}
