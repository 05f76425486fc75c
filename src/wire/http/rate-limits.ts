import type { IncomingMessage } from 'node:http';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';

export interface RateLimitOptions {
  /** Requests a minute from one address, counted before authentication; 0 for no limit. */
  readonly rateLimitPerAddress: number;
  /** Requests a minute from one principal, counted after authentication; 0 for no limit. */
  readonly rateLimitPerPrincipal: number;
}

/** Counters of requests. Each method throws `too_many_requests` above its limit. */
export interface RateLimits {
  countAddress(request: IncomingMessage): void;
  countPrincipal(principal: Principal): void;
}

const WINDOW_MS = 60_000;
/** Number of addresses or principals that are counted at a time. Beyond it the oldest counts are dropped. */
const MAX_COUNTED = 100_000;

/** Counts requests by key, in a window of a minute that begins with the first of them. */
class RateLimiter {
  readonly #limit: number;
  readonly #counts = new Map<string, { count: number; readonly endsAt: number }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request. Throws `too_many_requests` when that exceeds the limit. */
  count(key: string): void {
    const now = performance.now();
    const known = this.#counts.get(key);
    if (known === undefined || known.endsAt <= now) return this.#begin(key, now);
    known.count += 1;
    if (known.count > this.#limit) {
      throw apiError('too_many_requests', { seconds: Math.ceil((known.endsAt - now) / 1000) });
    }
  }

  #begin(key: string, now: number): void {
    // Deleted before it is set, so that the first key of the map is always the oldest.
    this.#counts.delete(key);
    if (this.#counts.size >= MAX_COUNTED) {
      const [oldest = ''] = this.#counts.keys();
      this.#counts.delete(oldest);
    }
    this.#counts.set(key, { count: 1, endsAt: now + WINDOW_MS });
  }
}

/** Returns the counters of the given limits; `undefined` when nothing is limited. */
export function rateLimits({
  rateLimitPerAddress,
  rateLimitPerPrincipal,
}: RateLimitOptions): RateLimits | undefined {
  const [addresses, principals] = [rateLimitPerAddress, rateLimitPerPrincipal].map((limit) =>
    limit === 0 ? undefined : new RateLimiter(limit),
  );
  if (addresses === undefined && principals === undefined) return undefined;
  return {
    countAddress: (request) => addresses?.count(request.socket.remoteAddress ?? ''),
    countPrincipal: ({ tenant, subject }) => principals?.count(JSON.stringify([tenant, subject])),
  };
}
