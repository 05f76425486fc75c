/**
 * The owners of recorded changes after an erasure. A digest is in the place of the name, so that a deletion is still
 * known to those who could read the conversation, and the name is gone.
 */

import { hash } from 'node:crypto';
import type { RowFilter } from '../../base/row-filter.ts';

/** Returns what is in the place of an owner. */
export function erasedOwner(tenant: string, owner: string): string {
  return `erased:${hash('sha256', `${tenant}\n${owner}`)}`;
}

/** Returns a filter that finds the changes of erased owners, too. */
export function withErasedOwners(tenant: string, filter: RowFilter): RowFilter {
  switch (filter.kind) {
    case 'owner': {
      const subject = erasedOwner(tenant, filter.subject);
      return { kind: 'or', filters: [filter, { kind: 'owner', subject }] };
    }
    case 'not':
      return { kind: 'not', filter: withErasedOwners(tenant, filter.filter) };
    case 'and':
    case 'or':
      return {
        kind: filter.kind,
        filters: filter.filters.map((part) => withErasedOwners(tenant, part)),
      };
    default:
      return filter;
  }
}
