import { count } from '../text/numbers.ts';

/** The cell with the number of a conversation's items. */
export function ItemCount({ value }: { readonly value: number | null | undefined }) {
  return (
    <td class="number">
      {typeof value === 'number' && (
        <>
          {count(value)}
          <span class="unit">{value === 1 ? ' item' : ' items'}</span>
        </>
      )}
    </td>
  );
}
