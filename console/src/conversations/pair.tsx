import { fragmentOf, type View } from '../place.ts';
import { withFilter } from './query.ts';

/** A pair of metadata, as a link that filters by it. One that the bar would take for another filter is no link. */
export function Pair({
  name,
  value,
  query = '',
  view = {},
}: {
  readonly name: string;
  readonly value: string;
  /** The text of the bar, to which the filter is added. */
  readonly query?: string;
  readonly view?: View;
}) {
  const filtered = withFilter(query, name, value);
  return (
    <a
      class="pair"
      {...(filtered && { href: fragmentOf({ page: 'conversations', query: filtered, view }) })}
      title={`Only those with ${name} = ${value}`}
    >
      <span class="key">{name}</span> {value}
    </a>
  );
}
