import { ServerObject } from '../../../contract/system/server.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import type { Authentication } from '../openapi/security.ts';

/** Facts about a server that every client may know. */
export interface ServerFacts {
  readonly version: string;
  readonly dialect: 'openai' | 'llama-stack';
  readonly limits: {
    readonly strict: boolean;
    readonly maxItemsPerRequest: number;
    readonly maxPageSize: number;
    readonly maxBodyBytes: number;
  };
  readonly auth: Pick<Authentication, 'schemes'>;
  /** Features that are on, by name. */
  readonly features: readonly string[];
}

export function getServer({ version, dialect, limits, auth, features }: ServerFacts): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/server',
    operationId: 'getServer',
    summary: 'What a client must know of this server before it asks',
    tag: 'System',
    isPublic: true,
    isExtension: true,
    query: {},
    response: { description: 'The server', schema: ServerObject },
    errors: [],
    handle: async () =>
      JSON.stringify({
        object: 'server',
        version,
        dialect,
        compatibility: limits.strict ? 'strict' : 'liberal',
        limits: {
          items_per_request: limits.maxItemsPerRequest,
          page_size: limits.maxPageSize,
          body_bytes: limits.maxBodyBytes,
        },
        authentication: { schemes: auth.schemes },
        features,
      }),
  });
}
