import { useMemo } from 'preact/hooks';
import type { Item } from '../api/objects.ts';
import { JsonTree } from '../text/json-tree.tsx';
import { CardHead } from './card-head.tsx';
import { FurtherFields } from './facts.tsx';
import { Guard } from './guard.tsx';
import { DrawingContext, type Wanted } from '../text/kept.ts';
import { viewOf } from './table.tsx';

/** Where items are drawn. A window of a conversation is one. */
export interface Shelf {
  readonly conversation: string | undefined;
  /** What the reader has opened. It outlives the rows. */
  readonly opened: Map<string, unknown>;
  readonly wanted?: { readonly value: Wanted | undefined };
}

/** An item as its type is drawn. One of an unknown type is a tree of its JSON. */
export function ItemBody({ item, items }: { readonly item: Item; readonly items: Shelf }) {
  const isCard = viewOf(item.type)?.isCard === true;
  if (!isCard) return <BareBody item={item} items={items} />;
  return (
    <section class="card">
      <CardHead item={item} />
      <BareBody item={item} items={items} />
    </section>
  );
}

/** An item without the head of a card. One that its view cannot draw is a tree of its JSON. */
export function BareBody({ item, items }: { readonly item: Item; readonly items: Shelf }) {
  const { conversation, opened } = items;
  const coming = items.wanted?.value;
  const wanted = coming?.item === item.id ? coming : undefined;
  const drawing = useMemo(
    () => ({ conversation, opened, name: item.id, wanted }),
    [conversation, opened, item.id, wanted],
  );
  const unknown = (
    <div class="unknown">
      <JsonTree name={item.type} value={item} path="item" />
    </div>
  );
  const view = viewOf(item.type);
  return (
    <DrawingContext.Provider value={drawing}>
      {view === undefined ? (
        unknown
      ) : (
        <Guard otherwise={unknown}>
          <view.Body item={item} />
          <FurtherFields of={withoutDrawn(item, view.fields)} />
        </Guard>
      )}
    </DrawingContext.Provider>
  );
}

/** Fields that every row or card has. */
const COMMON = ['id', 'type', 'call_id', 'status'];

function withoutDrawn(item: Item, drawn: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(item).filter(([name]) => !COMMON.includes(name) && !drawn.includes(name)),
  );
}
