/**
 * A condition on a conversation's row: its owner, its attributes and its revision. Access compiles policies to it, and stores
 * evaluate it in SQL; the two are independent.
 */
export type RowFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'owner'; readonly subject: string }
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  /** The row's list `attribute` has one of `values`. */
  | {
      readonly kind: 'attribute';
      readonly attribute: AttributeName;
      readonly values: readonly string[];
    }
  /** The row has one of these revisions. */
  | { readonly kind: 'revision'; readonly revisions: readonly number[] }
  | { readonly kind: 'not'; readonly filter: RowFilter }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly RowFilter[] };

/** Names of the lists of strings that a principal may have, and that a conversation takes over from its creator. */
export const ATTRIBUTE_NAMES = ['roles', 'teams', 'projects', 'namespaces'] as const;
export type AttributeName = (typeof ATTRIBUTE_NAMES)[number];
export type Attributes = Readonly<Partial<Record<AttributeName, readonly string[]>>>;

export const ALL: RowFilter = { kind: 'all' };
export const NONE: RowFilter = { kind: 'none' };

/** Combines filters, folding what is constant, so that a plain policy becomes a plain condition. */
export function not(filter: RowFilter): RowFilter {
  if (filter.kind === 'all') return NONE;
  if (filter.kind === 'none') return ALL;
  return filter.kind === 'not' ? filter.filter : { kind: 'not', filter };
}

export function and(...filters: readonly RowFilter[]): RowFilter {
  if (filters.some(({ kind }) => kind === 'none')) return NONE;
  const rest = filters.filter(({ kind }) => kind !== 'all');
  const [only = ALL] = rest;
  return rest.length < 2 ? only : { kind: 'and', filters: rest };
}

export function or(...filters: readonly RowFilter[]): RowFilter {
  if (filters.some(({ kind }) => kind === 'all')) return ALL;
  const rest = filters.filter(({ kind }) => kind !== 'none');
  const [only = NONE] = rest;
  return rest.length < 2 ? only : { kind: 'or', filters: rest };
}
