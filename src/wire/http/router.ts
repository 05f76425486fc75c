import createRouter from 'find-my-way';
import { apiError } from '../../contract/errors/registry.ts';
import type { Query } from '../../contract/schema/query.ts';
import type { Route } from './route.ts';

interface Match {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
}

/** Returns the route of a request. Throws `malformed_url` and `url_not_found`. */
export type FindRoute = (method: string, url: string) => Match;

/** Maximum of `find-my-way`, above Node's header limit: a long id is answered like any unknown id. */
const MAX_PARAMETER_LENGTH = 65_536;

/** Returns the function that finds the route of a request. */
export function routeFinder(routes: readonly Route[]): FindRoute {
  const router = createRouter({
    maxParamLength: MAX_PARAMETER_LENGTH,
    // Makes `find` return a match without a route for a URL that cannot be decoded, and null for an unknown one.
    onBadUrl: () => undefined,
  });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router.on(route.method, path, () => undefined, route);
  }
  return (method, url) => {
    // Sound: the router finds nothing for an unknown method.
    const found = router.find((method === 'HEAD' ? 'GET' : method) as 'GET', url);
    if (found === null) {
      const [path = ''] = url.split('?', 1);
      throw apiError('url_not_found', { method, url: path });
    }
    if (found.store === null) throw apiError('malformed_url', { url });
    return {
      // Sound: the store is the route given to `on`.
      route: found.store as Route,
      // Sound: a match has every parameter of its route.
      path: found.params as Record<string, string>,
      // Strings, and arrays of strings for repeated keys; the package's type is broader.
      query: found.searchParams,
    };
  };
}
