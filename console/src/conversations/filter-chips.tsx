import { Icon } from '../look/icons.tsx';
import { fragmentOf, type View } from '../place.ts';
import { parseQuery, withoutFilter } from './query.ts';

/** The filters of the bar, each to be taken away. */
export function FilterChips({
  query,
  page,
  view = {},
}: {
  readonly query: string;
  readonly page: 'conversations' | 'search' | 'trash';
  readonly view?: View;
}) {
  const { filters, words } = parseQuery(query);
  if (filters.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {filters.map((filter) => (
        <li key={filter.text}>
          <a
            class="chip"
            href={fragmentOf({ page, query: withoutFilter(query, filter), view })}
            aria-label={`Remove the filter: ${filter.label}`}
          >
            {filter.label} <Icon name="close" />
          </a>
        </li>
      ))}
      <li>
        <a href={fragmentOf({ page, query: words, view })}>Clear</a>
      </li>
    </ul>
  );
}
