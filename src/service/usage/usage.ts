import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { Page } from '../../base/paging.ts';
import type { SumUsageParams, UsageReader, UsageRecord } from '../../store/usage/port.ts';

/** What conversations and responses amount to, of those that a principal may read. */
export class Usage {
  readonly #store: UsageReader;
  readonly #authorizer: Authorizer;

  constructor(store: UsageReader, authorizer: Authorizer) {
    this.#store = store;
    this.#authorizer = authorizer;
  }

  sum(
    principal: Principal,
    request: Omit<SumUsageParams, 'tenant' | 'access'>,
  ): Promise<Page<UsageRecord>> {
    const access = this.#authorizer.filter(principal, 'read');
    return this.#store.sum({ ...request, tenant: principal.tenant, access });
  }
}
