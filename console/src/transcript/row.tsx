import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Item, Stub } from '../api/objects.ts';
import { asFailure } from '../api/client.ts';
import { ItemBody } from '../items/item-body.tsx';
import { CallCard } from '../items/call-card.tsx';
import { lineOf, roleOf, toolName } from '../items/lines.ts';
import { fragmentOf } from '../place.ts';
import { bytes, ordinal } from '../text/numbers.ts';
import { dayOf, Time } from '../text/time.tsx';
import { OtherWritingContext } from '../text/writing.ts';
import { bytesOf, isStub, type Entry } from '../items/entry.ts';
import type { ItemWindow } from './item-window.ts';
import { isCall, isOutput, type Pairs } from './pairing.ts';
import type { Depth } from './view.ts';

export interface RowProps {
  readonly entry: Entry;
  readonly before: Entry | undefined;
  readonly pairs: Pairs;
  readonly items: ItemWindow;
  readonly depth: Depth;
  /** Set while no text is drawn. */
  readonly hidesTexts: boolean;
  /** Set when the texts are drawn the other way than usual. */
  readonly isOther: boolean;
  /** Number of items, -1 when it is not known. */
  readonly size: number;
  readonly isCurrent: boolean;
  readonly onFocus: () => void;
  readonly showMenu: (anchor: Element) => void;
  /** Stands below what is said. */
  readonly children?: ComponentChildren;
}

/** One item: who, where and when at its side, and what it says; or all of it in a line. */
export function Row(props: RowProps) {
  const { entry, before, pairs, items, depth, size, isCurrent, onFocus, showMenu } = props;
  const { id, item, position, createdAt } = entry;
  const isPlaced = items.isPlaced.value;
  const isNewDay = before === undefined || dayOf(before.createdAt) !== dayOf(createdAt);
  return (
    <>
      {isNewDay && isPlaced && depth === 'messages' && <p class="day">{dayOf(createdAt)}</p>}
      <article
        id={`item-${id}`}
        class={classOf(isCurrent, pairs.callOf.has(id))}
        data-role={roleOf(item)}
        tabIndex={isCurrent ? 0 : -1}
        aria-posinset={isPlaced ? position + 1 : undefined}
        aria-setsize={isPlaced ? size : undefined}
        aria-labelledby={`who-${id}`}
        onFocusIn={onFocus}
      >
        {depth === 'outline' ? <Line {...props} /> : <Paragraphs {...props} />}
        <button
          type="button"
          class="plain show"
          aria-haspopup="menu"
          onClick={({ currentTarget }) => showMenu(currentTarget)}
          aria-label={isPlaced ? `Menu of the item ${ordinal(position)}` : 'Menu of the item'}
        >
          ⋯
        </button>
        {props.children}
      </article>
    </>
  );
}

function classOf(isCurrent: boolean, isPointer: boolean): string {
  return ['row', isCurrent && 'current', isPointer && 'pointing'].filter(Boolean).join(' ');
}

function Line({ entry, items, hidesTexts }: RowProps) {
  const { id, item, position, createdAt } = entry;
  const isPlaced = items.isPlaced.value;
  return (
    <>
      <a class="place number" href={addressOf(items, id)} title="Link to this item">
        {isPlaced ? ordinal(position) : '#'}
      </a>
      <span id={`who-${id}`} class="who">
        {roleOf(item)}
      </span>
      <p class="line" dir="auto">
        {hidesTexts ? typeName(item) : lineOf(item)}
      </p>
      <span class="quiet number">{bytes(bytesOf(item))}</span>
      <span class="quiet number">{isPlaced && <Time at={createdAt} as="clock" />}</span>
    </>
  );
}

function Paragraphs(props: RowProps) {
  const { entry, items, hidesTexts, isOther } = props;
  const { id, item, position, createdAt } = entry;
  return (
    <>
      <div class="margin">
        <span id={`who-${id}`} class="who">
          {roleOf(item)}
        </span>
        <a class="place" href={addressOf(items, id)} title="Link to this item">
          {items.isPlaced.value ? (
            <>
              {ordinal(position)} <Time at={createdAt} as="clock" />
            </>
          ) : (
            'link'
          )}
        </a>
      </div>
      <div class="said">
        {hidesTexts ? (
          <p class="hidden-text quiet">
            {typeName(item)}, {bytes(bytesOf(item))}
          </p>
        ) : (
          <OtherWritingContext.Provider value={isOther}>
            <Said {...props} />
          </OtherWritingContext.Provider>
        )}
      </div>
    </>
  );
}

function typeName({ type }: Item | Stub): string {
  return type.replaceAll('_', ' ');
}

function addressOf(items: ItemWindow, item: string): string {
  return fragmentOf({ page: 'conversation', id: items.conversation, item });
}

function Said({ entry, pairs, items }: Pick<RowProps, 'entry' | 'pairs' | 'items'>) {
  const { id, item } = entry;
  if (isStub(item)) return <StubBody stub={item} items={items} />;
  if (isCall(item.type)) {
    const output = pairs.outputOf.get(id);
    return <CallCard item={item} call={entry} output={output} items={items} />;
  }
  const call = pairs.callOf.get(id);
  if (call !== undefined) {
    return (
      <p class="pointer quiet">
        ↳ output of {toolName(call.item as Item)},{' '}
        <a href={addressOf(items, call.id)}>{ordinal(call.position)}</a>
      </p>
    );
  }
  if (isOutput(item.type)) {
    return <CallCard item={item} call={undefined} output={entry} items={items} />;
  }
  return <ItemBody item={item} items={items} />;
}

/** What stands in place of a large item until somebody asks for it. */
function StubBody({ stub, items }: { readonly stub: Stub; readonly items: ItemWindow }) {
  const [state, setState] = useState('');
  const load = (): void => {
    setState('Loading…');
    items.load(stub.id).catch((error: unknown) => setState(asFailure(error).message));
  };
  return (
    <p class="stub">
      <span>
        {typeName(stub)} of {bytes(stub.bytes)}
      </span>
      <button type="button" onClick={load}>
        Load it
      </button>
      <span role="status" class="quiet">
        {state}
      </span>
    </p>
  );
}
