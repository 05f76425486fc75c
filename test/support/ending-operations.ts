import type { RowFilter, Store } from '../../src/index.ts';
import { key } from './store.ts';

/** Returns the operations about the end of one conversation, for principals with this access. */
export function endingOperations({ retention }: Store, access: RowFilter) {
  const on = { ...key('conv_807'), access };
  const filter = { ...on, owners: { owner: 'o7', orPrefix: 'o7#' }, metadata: [] };
  return {
    'retention.restore': () => retention.restore(on),
    'retention.limit': () => retention.limit(on, { anchor: 'last_active_at', afterMs: 1 }),
    'retention.expire': () => retention.expire(on),
    'retention.purge': () => retention.purge(on, 1),
    'retention.letGo': () => retention.letGo(on),
    'retention.forgetItems': () => retention.forgetItems(on, 5),
    'retention.deleteOldResponse': () =>
      retention.deleteOldResponse({ ...on, responseId: 'resp_807', createdAt: 1 }, 1),
    'retention.condemn': () => retention.condemn(filter, { id: 'conv_907', owner: 'o7' }),
  };
}
