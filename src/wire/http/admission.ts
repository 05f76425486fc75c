import type { IncomingMessage } from 'node:http';
import { apiError } from '../../contract/errors/registry.ts';

const LOCAL_HOST = /^(([a-z0-9-]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** From whom requests are answered at all, whatever they ask. */
export interface Admission {
  /** Whether only those whose Host header names this machine. Keeps web pages that rebind their name out. */
  readonly localHostsOnly: boolean;
  /** Origins whose pages may call all the same. */
  readonly corsOrigins: readonly string[];
}

/** Refuses by the headers alone what no route would take. */
export function assertAdmissible(request: IncomingMessage, admission: Admission): void {
  const { headers, httpVersion } = request;
  if (headers.host === undefined && httpVersion === '1.1') throw apiError('malformed_request');
  if (admission.localHostsOnly) assertLocal(request, admission.corsOrigins);
}

/** Refuses what a web page from elsewhere may have sent: under its own name for this address, or across origins. */
function assertLocal({ headers }: IncomingMessage, origins: readonly string[]): void {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (!LOCAL_HOST.test(host)) throw apiError('host_not_allowed', { host });
  if (origin !== undefined && origins.includes(origin)) return;
  const [, originHost = ''] = /^https?:\/\/(.+)$/.exec(origin ?? '') ?? [];
  const isForeign = origin === undefined ? site === 'cross-site' : !LOCAL_HOST.test(originHost);
  if (isForeign) throw apiError('origin_not_allowed', { origin: origin ?? 'another site' });
}
