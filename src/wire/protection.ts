/** What keeps a server upright among strangers: rate limits and cross-origin rules. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { apiError } from '../base/errors.ts';

export interface ProtectionOptions {
  /** Requests a minute from one address, counted before authentication; 0: no limit. */
  readonly requestsPerAddress: number;
  /** Requests a minute from one principal, counted after authentication; 0: no limit. */
  readonly requestsPerPrincipal: number;
  /** Origins whose pages may call; none: no cross-origin calls at all. */
  readonly corsOrigins: readonly string[];
}

/** Counts a request, and throws the 429 of one too many. */
type Limiter = (request: FastifyRequest) => Promise<void>;

/** Undefined: no limit. */
export interface Limiters {
  readonly address: Limiter | undefined;
  readonly principal: Limiter | undefined;
}

const WINDOW_MS = 60_000;
/** How many addresses and principals are counted at a time; past that the oldest are forgotten. */
const MOST_COUNTED = 100_000;

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

/** Installs what is asked for, and returns the limiters of addresses and of principals. */
export async function protect(
  http: FastifyInstance,
  options: ProtectionOptions,
  principalKey: (request: FastifyRequest) => string,
): Promise<Limiters> {
  const { requestsPerAddress, requestsPerPrincipal, corsOrigins } = options;
  // Each is loaded only where it is used: start-up is felt.
  if (corsOrigins.length > 0) {
    const { default: cors } = await import('@fastify/cors');
    await http.register(cors, {
      origin: [...corsOrigins],
      methods: ['GET', 'POST', 'DELETE'],
      allowedHeaders: CLIENT_HEADERS,
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    });
  }
  if (requestsPerAddress > 0 || requestsPerPrincipal > 0) {
    const { default: rateLimit } = await import('@fastify/rate-limit');
    await http.register(rateLimit, { global: false, cache: MOST_COUNTED });
  }
  return {
    address: limiter(http, requestsPerAddress, (request) => `address ${request.ip}`),
    principal: limiter(
      http,
      requestsPerPrincipal,
      (request) => `principal ${principalKey(request)}`,
    ),
  };
}

function limiter(
  http: FastifyInstance,
  max: number,
  keyGenerator: (request: FastifyRequest) => string,
): Limiter | undefined {
  if (max === 0) return undefined;
  const check = http.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator });
  return async (request) => {
    const result = await check(request);
    if (!result.isAllowed && result.isExceeded) {
      throw apiError('too_many_requests', { seconds: Math.max(1, result.ttlInSeconds) });
    }
  };
}
