import type { Item } from '../api/objects.ts';
import { bytes, count } from '../text/numbers.ts';
import { Markdown } from '../text/markdown.tsx';
import type { ItemWindow } from '../transcript/item-window.ts';
import { Disclosure } from './disclosure.tsx';
import { textOf } from './fields.ts';
import { reasoningText } from './lines.ts';

/** Reasoning is closed until somebody wants to read it. */
export function Reasoning({ item, items }: { readonly item: Item; readonly items: ItemWindow }) {
  const text = reasoningText(item);
  const sealed = textOf(item['encrypted_content']);
  const words = text.split(/\s+/).filter(Boolean).length;
  const encrypted = sealed === '' ? '' : `encrypted, ${bytes(sealed.length)}`;
  if (words === 0) return <p class="quiet">reasoning {encrypted || 'without text'}</p>;
  const note = [`${count(words)} words`, encrypted].filter(Boolean).join(' · ');
  return (
    <Disclosure id={`${item.id} reasoning`} name="reasoning" note={note} items={items}>
      <Markdown text={text} />
    </Disclosure>
  );
}

export function Compaction({ item }: { readonly item: Item }) {
  const sealed = textOf(item['encrypted_content']);
  return (
    <p class="ruled">
      <span>earlier turns were summarised for the model, {bytes(sealed.length)} encrypted</span>
    </p>
  );
}
