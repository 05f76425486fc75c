/** A connection to one MCP server, by the protocol's official client. */

import type * as McpPackage from '@modelcontextprotocol/client';
import type { Client, Transport } from '@modelcontextprotocol/client';
import { isJsonObject } from '../base/json-object.ts';
import type { McpAddress, McpLimits } from '../options/tools.ts';
import type { AddressRules } from './addresses.ts';
import { failure, failureOf, isNotConnected, statusOf } from './failures.ts';
import { HttpFetch } from './http-fetch.ts';
import {
  ListingError,
  type BeforeSending,
  type Tool,
  type ToolFailure,
  type ToolOutcome,
} from './port.ts';
import { outcomeOf } from './results.ts';

export interface McpConnectionOptions {
  readonly address: McpAddress;
  /** Rules for the addresses that the URL may lead to; `undefined` for a server of the operator. */
  readonly rules: AddressRules | undefined;
  readonly limits: McpLimits;
  /** Version of this program. */
  readonly version: string;
}

/** Most pages of a list. */
const MAX_PAGES = 64;
/** Shortest header that is taken for a secret and struck from messages. */
const LEAST_SECRET = 4;

/** A connection is made when it is first used, and again when the server has forgotten it. */
export class McpConnection {
  readonly #options: McpConnectionOptions;
  readonly #secrets: readonly string[];
  #client: Promise<Client> | undefined;
  #http: HttpFetch | undefined;
  #list: { readonly until: number; readonly tools: Promise<readonly Tool[]> } | undefined;
  /** Sessions that use it now. */
  uses = 0;
  lastUsed = performance.now();

  constructor(options: McpConnectionOptions) {
    this.#options = options;
    const { address } = options;
    const values = Object.values(address.kind === 'http' ? address.headers : address.environment);
    this.#secrets = values
      .flatMap((value) => [value, value.replace(/^\S+\s+/, '')])
      .filter(({ length }) => length >= LEAST_SECRET);
  }

  /** Lists the tools, or returns the list that is kept. Rejects with a `ListingError`. */
  list(): Promise<readonly Tool[]> {
    const now = performance.now();
    if (this.#list !== undefined && now < this.#list.until) return this.#list.tools;
    const tools = this.#listed();
    const kept = { until: now + this.#options.limits.listKeptMs, tools };
    this.#list = kept;
    tools.catch(() => {
      if (this.#list === kept) this.#list = undefined;
    });
    return tools;
  }

  /** Calls a tool. Rejects only with the signal's reason, or that of `beforeSending`. */
  async call(
    { name, inputSchema }: Pick<Tool, 'name' | 'inputSchema'>,
    args: string,
    signal: AbortSignal,
    beforeSending?: BeforeSending,
  ): Promise<ToolOutcome> {
    const parsed = argumentsOf(args);
    if (parsed === undefined) {
      return failure('invalidArguments', 'the arguments are not a JSON object');
    }
    if (beforeSending !== undefined) {
      const refusal = (await this.#unreachable(signal)) ?? (await beforeSending());
      if (refusal !== undefined) return refusal;
    }
    const { maxResultBytes, callTimeoutMs } = this.#options.limits;
    try {
      const result: unknown = await this.#sent((client) =>
        client.callTool(
          { name, arguments: parsed },
          {
            // Without the schema of its output, which a server could make costly to check.
            toolDefinition: { name, inputSchema: { type: 'object', ...inputSchema } },
            timeout: callTimeoutMs,
            maxTotalTimeout: callTimeoutMs,
            signal,
          },
        ),
      );
      return outcomeOf(isJsonObject(result) ? result : {}, maxResultBytes);
    } catch (error) {
      signal.throwIfAborted();
      return failureOf(error, this.#secrets);
    }
  }

  /** Closes the connection. Does not wait for the server. */
  close(): void {
    const client = this.#client;
    const http = this.#http;
    this.#client = undefined;
    this.#list = undefined;
    if (client === undefined) return;
    void client
      .then((connected) => connected.close())
      .catch(() => undefined)
      .finally(() => http?.[Symbol.dispose]());
  }

  /** Connects. Returns the failure of a server that cannot be connected. */
  async #unreachable(signal: AbortSignal): Promise<ToolFailure | undefined> {
    const failed = await this.#connected().then(
      () => undefined,
      (error: unknown) => failureOf(error, this.#secrets),
    );
    signal.throwIfAborted();
    return failed;
  }

  /** Sends by the connection. One that the server has forgotten, or that is closing, is made anew, once: nothing has run. */
  async #sent<Result>(send: (client: Client) => Promise<Result>): Promise<Result> {
    const isNew = this.#client === undefined;
    const client = await this.#connected();
    try {
      return await send(client);
    } catch (error) {
      if (isNew || !(statusOf(error) === 404 || isNotConnected(error))) throw error;
      this.close();
      return send(await this.#connected());
    }
  }

  #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    const client = this.#connect();
    this.#client = client;
    const forget = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    client.then((connected) => {
      Object.assign(connected, { onclose: forget });
    }, forget);
    return client;
  }

  async #connect(): Promise<Client> {
    const { version, address, limits } = this.#options;
    // Loaded only where a tool is used: starting takes longer with it.
    const mcp = await import('@modelcontextprotocol/client');
    const client = new mcp.Client(
      { name: 'colloquy', version },
      { versionNegotiation: { mode: address.kind === 'http' ? 'auto' : 'legacy' } },
    );
    // The client reports errors twice; those of a call are the call's.
    Object.assign(client, { onerror: () => undefined });
    const transport = await this.#transport(mcp);
    await client.connect(transport, { timeout: limits.connectTimeoutMs });
    return client;
  }

  async #transport({ StreamableHTTPClientTransport }: typeof McpPackage): Promise<Transport> {
    const { address, limits, rules } = this.#options;
    if (address.kind === 'http') {
      const { maxAnswerBytes, callTimeoutMs } = limits;
      this.#http = new HttpFetch({ rules, maxAnswerBytes, silenceMs: callTimeoutMs });
      return new StreamableHTTPClientTransport(new URL(address.url), {
        fetch: this.#http.fetch,
        requestInit: { headers: address.headers },
      });
    }
    const { StdioClientTransport, getDefaultEnvironment } =
      await import('@modelcontextprotocol/client/stdio');
    const [command, ...args] = address.command;
    return new StdioClientTransport({
      command,
      args,
      env: { ...getDefaultEnvironment(), ...address.environment },
      stderr: 'ignore',
      maxBufferSize: limits.maxAnswerBytes,
    });
  }

  async #listed(): Promise<readonly Tool[]> {
    try {
      return await this.#sent((client) => this.#pages(client));
    } catch (error) {
      throw new ListingError(failureOf(error, this.#secrets), error);
    }
  }

  async #pages(client: Client): Promise<readonly Tool[]> {
    const { maxTools, maxListBytes, connectTimeoutMs: timeout } = this.#options.limits;
    const tools = new Map<string, Tool>();
    let bytes = 0;
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const { tools: listed, nextCursor } = await client.request(
        { method: 'tools/list', params },
        { timeout, maxTotalTimeout: timeout },
      );
      for (const { name, description, inputSchema, annotations } of listed) {
        bytes += Buffer.byteLength(JSON.stringify([name, description, inputSchema]));
        const isReadOnly = annotations?.readOnlyHint === true;
        if (!tools.has(name)) tools.set(name, { name, description, inputSchema, isReadOnly });
      }
      if (tools.size > maxTools) throw new Error(`the server has more than ${maxTools} tools`);
      if (bytes > maxListBytes) {
        throw new Error(`the server's list of tools has more than ${maxListBytes} bytes`);
      }
      if (nextCursor === undefined) return [...tools.values()];
      cursor = nextCursor;
    }
    throw new Error(`the server's list of tools has more than ${MAX_PAGES} pages`);
  }
}

/** Returns the arguments of a call; `undefined` when they are not an object. */
function argumentsOf(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
