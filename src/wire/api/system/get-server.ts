import { ServerObject } from '../../../contract/system/server.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import type { Authentication } from '../openapi/security.ts';

interface OidcClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly parameters: Readonly<Record<string, string>>;
}

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
  readonly console: {
    readonly enabled: boolean;
    readonly oidc: OidcClient | undefined;
    readonly titleKeys: readonly string[];
    readonly idleMinutes: number;
  };
  /** Features that are on, by name. */
  readonly features: readonly string[];
}

export function getServer(facts: ServerFacts): Route {
  const text = JSON.stringify(serverObject(facts));
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
    handle: async () => text,
  });
}

function serverObject(facts: ServerFacts) {
  const { version, dialect, limits, auth, console, features } = facts;
  return {
    object: 'server',
    version,
    dialect,
    compatibility: limits.strict ? 'strict' : 'liberal',
    limits: {
      items_per_request: limits.maxItemsPerRequest,
      page_size: limits.maxPageSize,
      body_bytes: limits.maxBodyBytes,
    },
    authentication: { schemes: auth.schemes, oidc: oidcObject(console) },
    console: console.enabled
      ? { title_keys: console.titleKeys, idle_minutes: console.idleMinutes }
      : null,
    features,
  };
}

function oidcObject({ oidc, enabled }: ServerFacts['console']) {
  if (oidc === undefined || !enabled) return null;
  const { issuer, clientId, scope, parameters } = oidc;
  return { issuer, client_id: clientId, scope, parameters };
}
