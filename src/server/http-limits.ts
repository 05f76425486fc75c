import type { Config } from '../config/config.ts';
import type { HttpOptions } from '../wire/http/server.ts';

/** Time that a database may delay an answer, some 45 seconds, with a margin. */
const SLOWEST_ANSWER_MS = 60_000;
const IDLE_MARGIN_MS = 5_000;

/** Limits of a call that takes its signal, and of a stream. */
const CALL_LIMITS: HttpOptions['callLimits'] = {
  deadlineMs: 3_600_000,
  graceMs: 2_000,
  // Half the idle time after which common proxies hang up, which is 30 seconds at the least.
  keepAliveMs: 15_000,
};

type HttpLimits = Pick<HttpOptions, 'settings' | 'idleTimeoutMs' | 'callLimits'>;

/** Returns the limits that every listener of a server has. */
export function httpLimits(config: Config): HttpLimits {
  return {
    settings: config,
    // A client that stops reading is hung up on long after one that stops sending has had its 408.
    idleTimeoutMs: Math.max(config.requestTimeoutMs, SLOWEST_ANSWER_MS) * 2 + IDLE_MARGIN_MS,
    callLimits: CALL_LIMITS,
  };
}
