/** The port of tool servers: what they list, and what becomes of a call. */

import type { JsonObject } from '../base/json-object.ts';

export interface Tool {
  readonly name: string;
  readonly description: string | undefined;
  readonly inputSchema: JsonObject;
  /** Whether the server declares that the tool changes nothing. */
  readonly isReadOnly: boolean;
}

/** The result of a call. A text is at most as long as the limits say; messages have at most 500 characters. */
export type ToolOutcome =
  | { readonly kind: 'output'; readonly text: string }
  /** The tool has run, and reports an error. */
  | { readonly kind: 'tool_error'; readonly text: string }
  | ToolFailure;

/** The reason why a server did not answer a call, or did not list its tools. */
export type ToolFailure =
  | { readonly kind: 'http_error'; readonly code: number; readonly message: string }
  /** `code` is of JSON-RPC, or one of `FAILURE_CODES`. */
  | {
      readonly kind: 'protocol_error';
      readonly code: number;
      readonly message: string;
      /** Set when the call has certainly not reached the server. */
      readonly isUnsent?: true;
    };

/** Codes for failures that are not a server's own, in the range that JSON-RPC leaves free. */
export const FAILURE_CODES = {
  unreachable: -32_000,
  timeout: -32_001,
  unusableAnswer: -32_002,
  /** The call was not sent: the tool is not there, or calls are used up. */
  notCalled: -32_003,
  /** The call was sent, now or earlier, and its outcome is not known. */
  mayHaveRun: -32_004,
  invalidArguments: -32_602,
} as const;

/** A list of tools that cannot be had. */
export class ListingError extends Error {
  override readonly name = 'ListingError';
  readonly failure: ToolFailure;

  constructor(failure: ToolFailure, cause?: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}

/** Resolves with the reason not to send a call; `undefined` to send it. */
export type BeforeSending = () => Promise<ToolFailure | undefined>;

/** Tools of one server, for one turn. */
export interface ToolSession {
  /** Lists the tools. Rejects with a `ListingError`, or the signal's reason. */
  list(signal: AbortSignal): Promise<readonly Tool[]>;
  /**
   * Calls a tool with arguments as JSON text. `beforeSending` is called once, when the arguments are sound and the server
   * is connected. Rejects only with the signal's reason, or that of `beforeSending`.
   */
  call(
    tool: Pick<Tool, 'name' | 'inputSchema'>,
    args: string,
    signal: AbortSignal,
    beforeSending?: BeforeSending,
  ): Promise<ToolOutcome>;
  /** Gives the session up. Does not wait, and never throws. */
  release(): void;
}
