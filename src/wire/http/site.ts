import type { IncomingMessage } from 'node:http';
import type { TextAnswer } from './send.ts';

/** Files for browsers, which are served beside the routes. They hold no data, and need no credentials. */
export interface Site {
  /** The path below which the files are, without a slash at its end. Log and metrics name requests by it. */
  readonly path: string;
  /** Resolves with the answer to a request below the path. Throws the error that refuses it. */
  answer(request: IncomingMessage, path: string): Promise<TextAnswer>;
}

/** Checks whether a path, without its query, is that of a site or below it. */
export function isOfSite(site: Site, path: string): boolean {
  return path === site.path || path.startsWith(`${site.path}/`);
}
