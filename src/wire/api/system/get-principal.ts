import { secondOf } from '../../../base/seconds.ts';
import { ATTRIBUTE_NAMES } from '../../../base/row-filter.ts';
import { PrincipalObject } from '../../../contract/system/principal.ts';
import type { Callers } from '../../../service/callers/callers.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';

export function getPrincipal(callers: Callers): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/principal',
    operationId: 'getPrincipal',
    summary: 'Who the caller is for this server, and what it may do',
    tag: 'System',
    isPublic: false,
    isExtension: true,
    query: {},
    response: { description: 'The caller', schema: PrincipalObject },
    errors: [],
    handle: async ({ principal }) => {
      const { tenant, subject, owner, attributes, credentials } = principal;
      const lists = ATTRIBUTE_NAMES.map((name) => [name, attributes[name] ?? []] as const);
      const expiresAt = credentials?.expiresAt;
      const { default: usual, maximum, trashDays } = callers.retention(principal);
      return JSON.stringify({
        object: 'principal',
        tenant,
        subject,
        owner,
        scheme: credentials?.scheme ?? null,
        ...Object.fromEntries(lists),
        actions: callers.actions(principal),
        expires_at: expiresAt === undefined ? null : secondOf(expiresAt),
        retention: {
          default: usual ?? null,
          maximum: maximum ?? null,
          trash_days: trashDays,
        },
      });
    },
  });
}
