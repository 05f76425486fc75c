import { useState } from 'preact/hooks';
import { Icon } from '../look/icons.tsx';
import { useKeys } from '../look/keys.ts';
import { fragmentOf } from '../place.ts';
import { COPIES } from '../text/copy-as.ts';
import { JsonChildren } from '../text/json-tree.tsx';
import { bytes, middleCut, ordinal } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import type { Entry } from './entry.ts';
import type { ItemWindow } from './item-window.ts';

/** Everything that is stored of one item, and ways to take it along. */
export function Detail({
  entry,
  items,
  close,
}: {
  readonly entry: Entry;
  readonly items: ItemWindow;
  readonly close: () => void;
}) {
  const { id, item, position, createdAt } = entry;
  const [note, setNote] = useState('');
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setNote(`Copied: ${what}.`);
    } catch {
      setNote('The browser did not let the page copy.');
    }
  };
  const address = new URL(
    fragmentOf({ page: 'conversation', id: items.conversation, item: id }),
    location.href,
  ).href;
  const copyAs = (key: string): void => {
    const way = COPIES.find((each) => each.key === key);
    if (way !== undefined) void copy(way.text(items.conversation, item), way.name);
  };
  useKeys({
    y: () => void copy(address, 'link'),
    'c j': () => copyAs('j'),
    'c u': () => copyAs('u'),
    'c t': () => copyAs('t'),
    'c p': () => copyAs('p'),
  });
  const size = new TextEncoder().encode(JSON.stringify(item)).length;
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
      <p class="copies">
        {COPIES.map(({ key, name, text }) => (
          <button
            key={key}
            type="button"
            title={`c ${key}`}
            onClick={() => void copy(text(items.conversation, item), name)}
          >
            {name}
          </button>
        ))}
        <button type="button" title="y" onClick={() => void copy(address, 'link')}>
          Link
        </button>
      </p>
      <p role="status" class="quiet">
        {note}
      </p>
      <JsonChildren value={item} />
    </aside>
  );
}
