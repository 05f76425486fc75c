import createRouter from 'find-my-way';
import { apiError } from '../../contract/errors/registry.ts';
import type { Query } from '../../contract/schema/query.ts';
import type { Route } from './route.ts';

interface Match {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
}

/** Finds the route of a request. Throws `malformed_url` and `url_not_found`. */
export type FindRoute = (method: string, url: string) => Match;

/** Longer than any URL that fits into Node's header limit: an id is never too long to be answered. */
const LONGEST_PARAMETER = 65_536;

export function routeFinder(routes: readonly Route[]): FindRoute {
  const router = createRouter({
    maxParamLength: LONGEST_PARAMETER,
    // Makes `find` tell a URL that it cannot read, by a match without a route, from one that leads nowhere.
    onBadUrl: () => undefined,
  });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router.on(route.method, path, () => undefined, route);
  }
  return (method, url) => {
    // Sound: for a method that it does not know, the router finds nothing.
    const found = router.find((method === 'HEAD' ? 'GET' : method) as 'GET', url);
    if (found === null) {
      const [path = ''] = url.split('?', 1);
      throw apiError('url_not_found', { method, url: path });
    }
    if (found.store === null) throw apiError('malformed_url', { url });
    return {
      // Sound: what was given to `on`.
      route: found.store as Route,
      // Sound: a match has every parameter of its route.
      path: found.params as Record<string, string>,
      // Strings, and arrays of strings for repeated keys, of which the package's types know nothing.
      query: found.searchParams,
    };
  };
}
