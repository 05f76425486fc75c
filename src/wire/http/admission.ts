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

/** Throws the error that refuses a request for its headers alone. */
export function assertAdmissible(request: IncomingMessage, admission: Admission): void {
  const { headers, httpVersion } = request;
  if (headers.host === undefined && httpVersion === '1.1') throw apiError('malformed_request');
  // The one status after which Codex goes on with HTTP at once: it tries others seven times.
  if (headers.upgrade?.toLowerCase() === 'websocket') throw apiError('websocket_not_supported');
  if (admission.localHostsOnly) assertLocal(request, admission.corsOrigins);
}

/** Refuses requests that a foreign web page may have sent: under its own name for this address, or across origins. */
function assertLocal({ headers }: IncomingMessage, origins: readonly string[]): void {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (!LOCAL_HOST.test(host)) throw apiError('host_not_allowed', { host });
  if (origin !== undefined && origins.includes(origin)) return;
  const [, originHost = ''] = /^https?:\/\/(.+)$/.exec(origin ?? '') ?? [];
  const isForeign = origin === undefined ? site === 'cross-site' : !LOCAL_HOST.test(originHost);
  if (isForeign) throw apiError('origin_not_allowed', { origin: origin ?? 'another site' });
}
