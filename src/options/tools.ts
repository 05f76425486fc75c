import type { StandInType } from '../base/stand-ins.ts';

/** The way to an MCP server: a URL of Streamable HTTP, or a program that speaks on its standard streams. */
export type McpAddress =
  | {
      readonly kind: 'http';
      readonly url: string;
      /** Sent with every request. Values are secret. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'stdio';
      /** The program and its arguments. */
      readonly command: readonly [string, ...string[]];
      /** Variables besides `PATH`, `HOME` and the like. Values are secret. */
      readonly environment: Readonly<Record<string, string>>;
    };

/** An MCP server that the operator has named. */
export interface McpServerOptions {
  readonly label: string;
  readonly address: McpAddress;
  /** Names of the tools that may be used. When empty, all. */
  readonly tools: readonly string[];
  readonly standsInFor: readonly StandInType[];
}

/** MCP servers, and the limits of their use. */
export interface McpOptions {
  readonly servers: readonly McpServerOptions[];
  /** Patterns of the URLs that requests may name, such as `https://*.example.com/*`. When empty, none. */
  readonly allowedUrls: readonly string[];
  readonly limits: McpLimits;
}

export interface McpLimits {
  readonly connectTimeoutMs: number;
  /** Longest time of one call of a tool. */
  readonly callTimeoutMs: number;
  /** Bytes of a call's result that are kept; the rest is cut off. */
  readonly maxResultBytes: number;
  /** Bytes of one answer of a server, which is broken off beyond. */
  readonly maxAnswerBytes: number;
  /** Tools of one server. A server that lists more is refused. */
  readonly maxTools: number;
  /** Bytes of the list of one server's tools, as JSON. */
  readonly maxListBytes: number;
  /** Requests to the model within one response. */
  readonly maxRounds: number;
  /** Connections that are kept for later calls. */
  readonly maxConnections: number;
  /** Time after which a connection that is not used is closed. */
  readonly idleMs: number;
  /** Time for which a list of tools is kept. */
  readonly listKeptMs: number;
}

/** The limits that are not settings. */
export const MCP_LIMITS = {
  connectTimeoutMs: 10_000,
  maxListBytes: 1024 * 1024,
  maxConnections: 32,
  idleMs: 120_000,
  listKeptMs: 60_000,
} as const;
