/** What keeps a server upright among strangers: rate limits, and rules for pages. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';

export interface ProtectionOptions {
  /** Requests a minute from one address, counted before authentication; 0: no limit. */
  readonly requestsPerAddress: number;
  /** Requests a minute from one principal, counted after authentication; 0: no limit. */
  readonly requestsPerPrincipal: number;
  /** Origins whose pages may call; none: no cross-origin calls at all. */
  readonly corsOrigins: readonly string[];
}

/** Headers that the official clients send, and a browser therefore asks leave for. */
const CLIENT_HEADERS = [
  'authorization',
  'content-type',
  'openai-organization',
  'openai-project',
  'x-request-id',
  ...[
    'arch',
    'async',
    'helper-method',
    'lang',
    'os',
    'package-version',
    'raw-response',
    'retry-count',
    'runtime',
    'runtime-version',
    'timeout',
  ].map((name) => `x-stainless-${name}`),
];

/** Sets the headers of cross-origin calls. Answers a preflight itself, and then says so. */
export type CrossOrigin = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Undefined without origins. */
export async function crossOriginRules(
  corsOrigins: readonly string[],
): Promise<CrossOrigin | undefined> {
  if (corsOrigins.length === 0) return undefined;
  // Loaded only where it is used: start-up is felt.
  const { default: cors } = await import('cors');
  const apply = cors({
    origin: [...corsOrigins],
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: CLIENT_HEADERS,
    exposedHeaders: ['x-request-id', 'retry-after'],
    maxAge: 600,
  });
  return (request, response) =>
    new Promise((resolve) => {
      apply(request, response, () => resolve(false));
      if (response.writableEnded) resolve(true);
    });
}

const WINDOW_MS = 60_000;
/** How many addresses or principals are counted at a time; past that the oldest are forgotten. */
const MOST_COUNTED = 100_000;

/** At most so many requests a minute from each of those that are counted apart. */
class RateLimiter {
  readonly #most: number;
  readonly #counts = new Map<string, { count: number; readonly endsAt: number }>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a request, and throws the 429 of one too many. */
  count(key: string): void {
    const now = performance.now();
    const known = this.#counts.get(key);
    if (known === undefined || known.endsAt <= now) return this.#begin(key, now);
    known.count += 1;
    if (known.count > this.#most) {
      throw apiError('too_many_requests', { seconds: Math.ceil((known.endsAt - now) / 1000) });
    }
  }

  #begin(key: string, now: number): void {
    // Set anew, so that the first in the map is always the oldest.
    this.#counts.delete(key);
    if (this.#counts.size >= MOST_COUNTED) {
      const [oldest = ''] = this.#counts.keys();
      this.#counts.delete(oldest);
    }
    this.#counts.set(key, { count: 1, endsAt: now + WINDOW_MS });
  }
}

export interface RateLimits {
  countAddress(request: IncomingMessage): void;
  countPrincipal(principal: Principal): void;
}

/** Undefined where nothing is limited. */
export function rateLimits({
  requestsPerAddress,
  requestsPerPrincipal,
}: ProtectionOptions): RateLimits | undefined {
  const [addresses, principals] = [requestsPerAddress, requestsPerPrincipal].map((most) =>
    most === 0 ? undefined : new RateLimiter(most),
  );
  if (addresses === undefined && principals === undefined) return undefined;
  return {
    countAddress: (request) => addresses?.count(request.socket.remoteAddress ?? ''),
    countPrincipal: ({ tenant, subject }) => principals?.count(JSON.stringify([tenant, subject])),
  };
}
