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
import { isStub, type Entry } from './entry.ts';
import type { ItemWindow } from './item-window.ts';
import { isCall, isOutput, type Pairs } from './pairing.ts';

/** How much of each item is drawn: what people said, or a line for each item. */
export type Depth = 'messages' | 'outline';

interface RowProps {
  readonly entry: Entry;
  readonly before: Entry | undefined;
  readonly pairs: Pairs;
  readonly items: ItemWindow;
  readonly depth: Depth;
  /** Number of items, -1 when it is not known. */
  readonly size: number;
  readonly isCurrent: boolean;
  readonly onFocus: () => void;
  readonly show: () => void;
  /** Stands below what is said. */
  readonly children?: ComponentChildren;
}

/** One item: who, where and when at its side, and what it says. */
export function Row({
  entry,
  before,
  pairs,
  items,
  depth,
  size,
  isCurrent,
  onFocus,
  show,
  children,
}: RowProps) {
  const { id, item, position, createdAt } = entry;
  const role = roleOf(item);
  const isNewDay = before === undefined || dayOf(before.createdAt) !== dayOf(createdAt);
  return (
    <>
      {isNewDay && depth === 'messages' && <p class="day">{dayOf(createdAt)}</p>}
      <article
        id={`item-${id}`}
        class={classOf(isCurrent, pairs.callOf.has(id))}
        data-role={role}
        tabIndex={isCurrent ? 0 : -1}
        aria-posinset={position + 1}
        aria-setsize={size}
        aria-labelledby={`who-${id}`}
        onFocusIn={onFocus}
      >
        <div class="margin">
          <span id={`who-${id}`} class="who">
            {role}
          </span>
          <a
            class="place"
            href={fragmentOf({ page: 'conversation', id: items.conversation, item: id })}
            title="Link to this item"
          >
            {ordinal(position)} <Time at={createdAt} as="clock" />
          </a>
        </div>
        <div class="said">
          {depth === 'outline' ? (
            <p class="line">{lineOf(item)}</p>
          ) : (
            <Said entry={entry} pairs={pairs} items={items} />
          )}
        </div>
        <button type="button" class="plain show" onClick={show} aria-label="Show the details">
          ⋯
        </button>
        {children}
      </article>
    </>
  );
}

function classOf(isCurrent: boolean, isPointer: boolean): string {
  return ['row', isCurrent && 'current', isPointer && 'pointing'].filter(Boolean).join(' ');
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
        <a href={fragmentOf({ page: 'conversation', id: items.conversation, item: call.id })}>
          {ordinal(call.position)}
        </a>
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
        {stub.type.replaceAll('_', ' ')} of {bytes(stub.bytes)}
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
