import type { RowFilter } from '../../base/row-filter.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { Value } from '../engine/query.ts';

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

/**
 * A filter as a condition on the table `conversations`, with parameters numbered from `first`.
 * Values are always parameters, so the text depends on the shape of the filter alone.
 */
export function rowFilterSql(filter: RowFilter, first: number, syntax: SqlSyntax): Condition {
  const parameters: Value[] = [];
  const parameter = (value: Value): string => {
    parameters.push(value);
    return `$${first + parameters.length - 1}`;
  };
  // In brackets: a bare OR would undo the conditions around it.
  return { sql: `(${render(filter, parameter, syntax)})`, parameters };
}

function render(filter: RowFilter, parameter: (value: Value) => string, syntax: SqlSyntax): string {
  switch (filter.kind) {
    case 'all':
      return 'TRUE';
    case 'none':
      return 'FALSE';
    case 'owner':
      return `conversations.owner = ${parameter(filter.subject)}`;
    case 'ids':
      return syntax.isOneOf('conversations.id', filter.ids, parameter);
    case 'attribute':
      return syntax.sharesAttribute(filter.attribute, filter.values, parameter);
    case 'revision':
      return syntax.isOneOf(
        'CAST(conversations.revision AS TEXT)',
        filter.revisions.map(String),
        parameter,
      );
    case 'not':
      return `NOT (${render(filter.filter, parameter, syntax)})`;
    case 'and':
    case 'or':
      return filter.filters
        .map((part) => `(${render(part, parameter, syntax)})`)
        .join(filter.kind === 'and' ? ' AND ' : ' OR ');
  }
}
