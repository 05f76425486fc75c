import type { RowFilter } from '../base/row-filter.ts';
import type { Value } from './driver.ts';

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

/**
 * A filter as a condition on the table `conversations`, with parameters numbered from `first`.
 * Values are always parameters, so the text depends on the shape of the filter alone.
 */
export function rowFilterSql(filter: RowFilter, first: number): Condition {
  const parameters: Value[] = [];
  const parameter = (value: Value): string => {
    parameters.push(value);
    return `$${first + parameters.length - 1}`;
  };
  // In brackets: a bare OR would undo the conditions that it stands beside.
  return { sql: `(${render(filter, parameter)})`, parameters };
}

function render(filter: RowFilter, parameter: (value: Value) => string): string {
  switch (filter.kind) {
    case 'all':
      return 'TRUE';
    case 'none':
      return 'FALSE';
    case 'owner':
      return `conversations.owner = ${parameter(filter.subject)}`;
    case 'ids':
      return `conversations.id IN (SELECT value FROM json_each(${parameter(JSON.stringify(filter.ids))}))`;
    case 'attribute':
      // The name is one of four constants, never a caller's text.
      return `EXISTS (
        SELECT 1 FROM json_each(conversations.attributes, '$.${filter.attribute}') AS theirs
        WHERE theirs.value IN (SELECT value FROM json_each(${parameter(JSON.stringify(filter.values))})))`;
    case 'not':
      return `NOT (${render(filter.filter, parameter)})`;
    case 'and':
    case 'or':
      return filter.filters
        .map((part) => `(${render(part, parameter)})`)
        .join(filter.kind === 'and' ? ' AND ' : ' OR ');
  }
}
