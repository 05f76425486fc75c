import { fragmentOf, type View } from '../place.ts';
import { withFilter } from './query.ts';

/** A pair of metadata, as a link that filters by it. */
export function Pair({
  name,
  value,
  page = 'conversations',
  query = '',
  view = {},
}: {
  readonly name: string;
  readonly value: string;
  readonly page?: 'conversations' | 'trash';
  /** The text of the bar, to which the filter is added. */
  readonly query?: string;
  readonly view?: View;
}) {
  return (
    <a
      class="pair"
      href={fragmentOf({ page, query: withFilter(query, name, value), view })}
      title={`Only those with ${name} = ${value}`}
    >
      <span class="key">{name}</span> {value}
    </a>
  );
}
