import type { Item } from '../api/objects.ts';
import { JsonTree } from '../text/json-tree.tsx';

/** An item of which nothing but its fields is worth showing. */
export function Tree({ item }: { readonly item: Item }) {
  return <JsonTree name={item.type.replaceAll('_', ' ')} value={item} />;
}
