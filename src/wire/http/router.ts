import createRouter from 'find-my-way';
import { apiError } from '../../contract/errors/registry.ts';
import type { Query } from '../../contract/schema/query.ts';
import type { Route } from './route.ts';

interface Match {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
}

/** Returns the route of a request. Throws `malformed_url`, `url_not_found` and `method_not_allowed`. */
export type FindRoute = (method: string, url: string) => Match;

/** Maximum of `find-my-way`, above Node's header limit: a long id is answered like any unknown id. */
const MAX_PARAMETER_LENGTH = 65_536;
const METHODS = ['GET', 'POST', 'DELETE'] as const;
/** The origin of a URL in absolute form, which clients of a proxy send. It plays no role here. */
const ORIGIN = /^https?:\/\/[^/?#]*(?=\/)/i;
/** The base paths of Azure's clients, which stand for `/v1`. */
const AZURE_BASE = /^\/openai(?:\/v1)?(?=\/)/;
/** Names in queries that change nothing here: of Azure's clients, and of OpenAI's for features in beta. */
const IGNORED = ['api-version', 'beta'] as const;

/** Returns the function that finds the route of a request. */
export function routeFinder(routes: readonly Route[]): FindRoute {
  const router = createRouter({
    maxParamLength: MAX_PARAMETER_LENGTH,
    ignoreTrailingSlash: true,
    // Makes `find` return a match without a route for a URL that cannot be decoded, and null for an unknown one.
    onBadUrl: () => undefined,
  });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router.on(route.method, path, () => undefined, route);
  }
  return (method, url) => {
    const served = withoutOrigin(url).replace(AZURE_BASE, '/v1');
    const [path = ''] = served.split('?', 1);
    // An empty segment is not an id.
    if (path.includes('//')) throw urlNotFound(method, url);
    // Sound: the router finds nothing for an unknown method.
    const found = router.find((method === 'HEAD' ? 'GET' : method) as 'GET', served);
    if (found === null) {
      const allowed = METHODS.filter(
        (other) => (router.find(other, served)?.store ?? null) !== null,
      );
      throw allowed.length === 0
        ? urlNotFound(method, url)
        : methodNotAllowed(method, url, allowed);
    }
    if (found.store === null) throw apiError('malformed_url', { url });
    return {
      // Sound: the store is the route given to `on`.
      route: found.store as Route,
      // Sound: a match has every parameter of its route.
      path: found.params as Record<string, string>,
      // Strings, and arrays of strings for repeated keys; the package's type is broader.
      query: withoutIgnored(found.searchParams),
    };
  };
}

function withoutIgnored(query: Query): Query {
  if (!IGNORED.some((name) => name in query)) return query;
  return Object.fromEntries(Object.entries(query).filter(([name]) => !isIgnored(name)));
}

function isIgnored(name: string): boolean {
  return IGNORED.some((ignored) => ignored === name);
}

function urlNotFound(method: string, url: string): Error {
  return apiError('url_not_found', { method, url: pathOf(url) });
}

function methodNotAllowed(
  method: string,
  url: string,
  allowed: readonly (typeof METHODS)[number][],
): Error {
  const all = allowed.flatMap((other) => (other === 'GET' ? ['GET', 'HEAD'] : [other]));
  return apiError('method_not_allowed', { method, url: pathOf(url), allowed: all });
}

/** Returns the target of a request without the origin that clients of a proxy send. */
function withoutOrigin(url: string): string {
  return url.replace(ORIGIN, '');
}

/** Returns the path of a request's target, as it was sent. */
export function pathOf(url: string): string {
  return withoutOrigin(url).split('?', 1)[0] ?? '';
}
