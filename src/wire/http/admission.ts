import type { IncomingMessage } from 'node:http';
import { apiError } from '../../contract/errors/registry.ts';

const LOCAL_HOST = /^(([a-z0-9-]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** Rules for the headers of every request, independent of its route. */
export interface Admission {
  /** Refuses requests with a Host header of another machine, so that no web page can rebind its name to this one. */
  readonly localHostsOnly: boolean;
  /** Origins from which pages may call nevertheless. */
  readonly corsOrigins: readonly string[];
}

/**
 * Throws the error that refuses a request for its headers alone. A file of a site may be opened from anywhere, such as by
 * a link in a ticket: it holds no data.
 */
export function assertAdmissible(
  request: IncomingMessage,
  admission: Admission,
  isFile: boolean,
): void {
  const { headers, httpVersion } = request;
  if (headers.host === undefined && httpVersion === '1.1') throw apiError('malformed_request');
  // The one status after which Codex goes on with HTTP at once: it tries others seven times.
  if (headers.upgrade?.toLowerCase() === 'websocket') throw apiError('websocket_not_supported');
  if (admission.localHostsOnly) assertLocalHost(request);
  if (isFile) return;
  const { origin } = headers;
  if (origin !== undefined && admission.corsOrigins.includes(origin)) return;
  const isForeign =
    (admission.localHostsOnly && isFromAnotherMachine(request)) || isForeignWrite(request);
  if (isForeign) throw apiError('origin_not_allowed', { origin: origin ?? 'another site' });
}

/** Refuses a web page that has its own name point at this machine. */
function assertLocalHost({ headers: { host = '' } }: IncomingMessage): void {
  if (!LOCAL_HOST.test(host)) throw apiError('host_not_allowed', { host });
}

/** Checks for a call by a page that was not loaded from this machine. */
function isFromAnotherMachine({ headers }: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  return origin === undefined ? site === 'cross-site' : !LOCAL_HOST.test(hostOf(origin));
}

/**
 * Checks for a change that a page of another origin asks for: a browser sends some of them without asking first, with
 * the cookie that a gateway takes for the caller. Programs send neither header.
 */
function isForeignWrite({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin, host, 'sec-fetch-site': site, 'x-forwarded-host': forwarded } = headers;
  if (site !== undefined) return site === 'cross-site' || site === 'same-site';
  if (origin === undefined) return false;
  // Browsers leave the other header out on plain HTTP. No page can send the forwarded one without a preflight.
  return hostOf(origin) !== host && hostOf(origin) !== forwarded;
}

function hostOf(origin: string): string {
  return /^https?:\/\/(.+)$/.exec(origin)?.[1] ?? '';
}
