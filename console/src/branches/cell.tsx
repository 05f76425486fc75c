import { Hidden } from '../ask/streamed-rows.tsx';
import { contentText } from '../items/content.ts';
import { textOf } from '../items/fields.ts';
import { ItemBody } from '../items/item-body.tsx';
import { roleOf } from '../items/lines.ts';
import { fragmentOf } from '../place.ts';
import { bytes, ordinal } from '../text/numbers.ts';
import { LongText } from '../text/long-text.tsx';
import { isStub, type Entry } from '../items/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { hidesTexts } from '../transcript/view.ts';
import { MarkedWords } from './words.tsx';

/** One item of a side, beside the one of the other side that it is matched with. */
export function Cell({
  name,
  entry,
  other,
  items,
  marks,
}: {
  readonly name: string;
  readonly entry: Entry | undefined;
  readonly other: Entry | undefined;
  readonly items: ItemWindow;
  readonly marks: boolean;
}) {
  if (entry === undefined) return <div class="cell none" aria-hidden="true" />;
  const { id, item, position, createdAt } = entry;
  const isStored = createdAt > 0;
  return (
    <article class="cell" data-role={roleOf(item)} aria-label={`${name} ${roleOf(item)}`.trim()}>
      <p class="cell-head">
        {name !== '' && <span class="side-name">{name}</span>}
        <span class="who">{roleOf(item)}</span>
        {isStored && (
          <a
            class="place"
            href={fragmentOf({ page: 'conversation', id: items.conversation, item: id })}
          >
            {ordinal(position)}
          </a>
        )}
        {name !== '' && other !== undefined && isSame(entry, other) && (
          <span class="quiet">the same</span>
        )}
        {name !== '' && other === undefined && <span class="quiet">only here</span>}
      </p>
      <div class="said">
        <Body entry={entry} other={other} items={items} marks={marks} />
      </div>
    </article>
  );
}

function Body({
  entry: { item, createdAt },
  other,
  items,
  marks,
}: {
  readonly entry: Entry;
  readonly other: Entry | undefined;
  readonly items: ItemWindow;
  readonly marks: boolean;
}) {
  if (hidesTexts.value) return <Hidden />;
  if (isStub(item)) {
    return (
      <p class="stub">
        {item.type.replaceAll('_', ' ')} of {bytes(item.bytes)}
      </p>
    );
  }
  const text = textIn(item);
  if (marks && text !== '' && other !== undefined) {
    return <MarkedWords text={text} other={textIn(other.item)} />;
  }
  // What is made is text until it is done.
  if (createdAt === 0 && text !== '') return <LongText text={text} />;
  return <ItemBody item={item} items={items} />;
}

/** Returns the text of a message, the arguments of a call, or an output that is a text. */
function textIn(item: Entry['item']): string {
  if (isStub(item)) return '';
  const { content, arguments: given, input, output } = item;
  return contentText(content) || textOf(given) || textOf(input) || textOf(output);
}

function isSame(left: Entry, right: Entry): boolean {
  if (left.id === right.id) return true;
  const text = textIn(left.item);
  return text !== '' && text === textIn(right.item);
}
