import type { RateLimitOptions } from './rate-limits.ts';

/** Settings of HTTP, by the names that they have in the configuration. */
export interface HttpSettings extends RateLimitOptions {
  /** Origins from which pages may call; without any, cross-origin calls are refused. */
  readonly corsOrigins: readonly string[];
  /** Time in which a request must arrive whole. */
  readonly requestTimeoutMs: number;
  /** Connections at a time; further ones are refused. */
  readonly maxConnections: number;
  readonly maxBodyBytes: number;
  /** Depth to which a body may nest arrays and objects. */
  readonly maxNesting: number;
}
