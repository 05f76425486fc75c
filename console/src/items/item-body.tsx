import type { Item } from '../api/objects.ts';
import { JsonTree } from '../text/json-tree.tsx';
import type { ItemWindow } from '../transcript/item-window.ts';
import { Guard } from './guard.tsx';
import { viewOf } from './table.tsx';

/** An item as its type is drawn. One of an unknown type, or that its view cannot draw, is a tree of its JSON. */
export function ItemBody({ item, items }: { readonly item: Item; readonly items: ItemWindow }) {
  const View = viewOf(item.type);
  if (View === undefined) return <Unknown item={item} />;
  return (
    <Guard otherwise={<Unknown item={item} />}>
      <View item={item} items={items} />
    </Guard>
  );
}

function Unknown({ item }: { readonly item: Item }) {
  return (
    <div class="unknown">
      <JsonTree name={item.type} value={item} />
    </div>
  );
}
