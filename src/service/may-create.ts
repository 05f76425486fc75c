import type { Authorizer } from '../access/policy/authorizer.ts';
import { resourceToCreate } from '../access/policy/decide.ts';
import type { Principal } from '../access/principal.ts';
import { apiError } from '../contract/errors/registry.ts';

/** Throws an `ApiError` unless the principal may make conversations. */
export function assertMayCreate(authorizer: Authorizer, principal: Principal): void {
  const { allowed } = authorizer.decide(principal, 'create', resourceToCreate(principal));
  if (!allowed) throw apiError('create_forbidden');
}
