import { useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { ConfirmedButton } from '../look/confirm.tsx';
import { Icon } from '../look/icons.tsx';
import { useKeys } from '../look/keys.ts';
import { fragmentOf } from '../place.ts';
import { copyText } from '../text/clipboard.ts';
import { COPIES, type Copy } from '../text/copy-as.ts';
import { JsonChildren } from '../text/json-tree.tsx';
import { bytes, middleCut, ordinal } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { isStub, type Entry } from './entry.ts';
import type { ItemWindow } from './item-window.ts';

/** Everything that is stored of one item, and ways to take it along. */
export function Detail({
  entry,
  items,
  mayDelete,
  close,
}: {
  readonly entry: Entry;
  readonly items: ItemWindow;
  /** Set when the caller may change the conversation. */
  readonly mayDelete: boolean;
  readonly close: () => void;
}) {
  const { id, item, position, createdAt } = entry;
  const [note, setNote] = useState('');
  const copy = async (text: string, what: string): Promise<void> => {
    const isCopied = await copyText(text);
    setNote(isCopied ? `Copied: ${what}.` : 'The browser did not let the page copy.');
  };
  const address = new URL(
    fragmentOf({ page: 'conversation', id: items.conversation, item: id }),
    location.href,
  ).href;
  const copyAs = async ({ name, text }: Copy): Promise<void> => {
    try {
      const whole = isStub(item) ? await items.load(id) : item;
      await copy(text(items.conversation, whole), name);
    } catch (error) {
      setNote(asFailure(error).message);
    }
  };
  useKeys({
    y: () => void copy(address, 'link'),
    ...Object.fromEntries(COPIES.map((way) => [`c ${way.key}`, () => void copyAs(way)])),
  });
  const size = isStub(item) ? item.bytes : new TextEncoder().encode(JSON.stringify(item)).length;
  return (
    <aside class="detail" aria-label="Details of the item">
      <div class="detail-head">
        <h2 class="id" title={id}>
          {middleCut(id, 26)}
        </h2>
        <button type="button" class="plain" onClick={close} aria-label="Close the details">
          <Icon name="close" />
        </button>
      </div>
      <p class="facts">
        <span>{ordinal(position)}</span> <Time at={createdAt} /> <span>{bytes(size)}</span>
      </p>
      <div class="copies">
        {COPIES.map((way) => (
          <button
            key={way.key}
            type="button"
            title={`c ${way.key}`}
            onClick={() => void copyAs(way)}
          >
            {way.name}
          </button>
        ))}
        <button type="button" title="y" onClick={() => void copy(address, 'link')}>
          Link
        </button>
        {mayDelete && (
          <ConfirmedButton
            name="Delete"
            question={`Delete the item ${ordinal(position)}?`}
            consequence="It is gone for good. The other items stay as they are."
            act={() => items.remove(id)}
          />
        )}
      </div>
      <p role="status" class="quiet">
        {note}
      </p>
      <JsonChildren key={id} value={item} />
    </aside>
  );
}
