import { ConfirmedButton } from '../look/confirm.tsx';
import { Icon } from '../look/icons.tsx';
import { COPIES } from '../text/copy-as.ts';
import { JsonChildren } from '../text/json-tree.tsx';
import { bytes, middleCut, ordinal } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import type { Copying } from './copying.ts';
import { bytesOf, type Entry } from '../items/entry.ts';
import { actionsFor } from './item-menu.tsx';
import type { ItemWindow } from './item-window.ts';
import { hidesTexts } from './view.ts';
import { textsOf } from './item-texts.ts';

/** Everything that is stored of one item, and ways to take it along. */
export function Detail({
  entry,
  items,
  copying,
  remove,
  close,
}: {
  readonly entry: Entry;
  readonly items: ItemWindow;
  readonly copying: Copying;
  /** Deletes an item; `false` when the caller may not change the conversation. */
  readonly remove: false | ((id: string) => Promise<void>);
  readonly close: () => void;
}) {
  const { id, item, position, createdAt } = entry;
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
        {items.isPlaced.value && (
          <>
            <span>{ordinal(position)}</span> <Time at={createdAt} />
          </>
        )}{' '}
        <span>{bytes(bytesOf(item))}</span>
      </p>
      <div class="copies">
        {COPIES.map((way) => (
          <button
            key={way.key}
            type="button"
            title={`c ${way.key}`}
            onClick={() => copying.copyAs(entry, way)}
          >
            {way.name}
          </button>
        ))}
        <button type="button" title="y" onClick={() => copying.copyLink(entry)}>
          Link
        </button>
        {actionsFor(entry)
          .filter(({ isInDetails = false }) => isInDetails)
          .map(({ name, act }) => (
            <button key={name} type="button" onClick={act}>
              {name}
            </button>
          ))}
        {remove && (
          <ConfirmedButton
            name="Delete"
            question={deleteQuestion(entry)}
            consequence={DELETE_CONSEQUENCE}
            about={beginningOf(entry)}
            act={() => remove(id)}
          />
        )}
      </div>
      <p role="status" class="quiet">
        {copying.note}
      </p>
      {hidesTexts.value ? (
        <p class="quiet">Its texts are hidden: h shows them.</p>
      ) : (
        <JsonChildren key={id} value={item} />
      )}
    </aside>
  );
}

export function deleteQuestion({ position }: Entry): string {
  return `Delete the item ${ordinal(position)}?`;
}

const BEGINNING = 160;

/** Returns the beginning of an item's texts; nothing while texts are hidden. */
export function beginningOf({ item }: Entry): string {
  if (hidesTexts.value) return '';
  const text = textsOf(item).replaceAll(/\s+/g, ' ').trim();
  return text.length > BEGINNING ? `${text.slice(0, BEGINNING)}…` : text;
}

export const DELETE_CONSEQUENCE = 'It is gone for good. The other items stay as they are.';
