import { useEffect, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { fragmentOf } from '../place.ts';
import { copyAndTell } from '../text/clipboard.ts';
import type { Copy } from '../text/copy-as.ts';
import { isStub, type Entry } from '../items/entry.ts';
import type { ItemWindow } from './item-window.ts';

/** How long a note stays. */
const NOTE_MS = 8000;

export interface Copying {
  /** What was copied last, or why not. */
  readonly note: string;
  readonly copyLink: (entry: Entry) => void;
  /** Copies the whole item, which is loaded first where a stub stands for it. */
  readonly copyAs: (entry: Entry, way: Copy) => void;
}

/** Ways to take an item along. */
export function useCopying(items: ItemWindow): Copying {
  const [note, setNote] = useState('');
  useEffect(() => {
    if (note === '') return undefined;
    const timer = setTimeout(() => setNote(''), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note]);
  const copy = async (text: string, what: string): Promise<void> => {
    setNote(await copyAndTell(text, what));
  };
  const copyItem = async ({ id, item }: Entry, { name, text }: Copy): Promise<void> => {
    try {
      const whole = isStub(item) ? await items.load(id) : item;
      await copy(text(items.conversation, whole), name);
    } catch (error) {
      setNote(asFailure(error).message);
    }
  };
  return {
    note,
    copyLink: ({ id }) => {
      const fragment = fragmentOf({ page: 'conversation', id: items.conversation, item: id });
      void copy(new URL(fragment, location.href).href, 'link');
    },
    copyAs: (entry, way) => void copyItem(entry, way),
  };
}
