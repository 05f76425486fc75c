import type { IncomingMessage } from 'node:http';
import { pathOf } from './router.ts';
import type { TextAnswer } from './send.ts';

/** Files for browsers, which are served beside the routes. They hold no data, and need no credentials. */
export interface Site {
  /** The path below which the files are, without a slash at its end. Log and metrics name requests by it. */
  readonly path: string;
  /** Resolves with the answer to a request below the path. Throws the error that refuses it. */
  answer(request: IncomingMessage, path: string): Promise<TextAnswer>;
}

/** Returns the path of a request's target if it is that of a site or below it; `undefined` for other requests. */
export function pathInSite(site: Site | undefined, url = ''): string | undefined {
  // Most requests are for routes, and end here.
  if (site === undefined || !url.includes(site.path)) return undefined;
  const path = pathOf(url);
  return path === site.path || path.startsWith(`${site.path}/`) ? path : undefined;
}
