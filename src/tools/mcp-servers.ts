/** The MCP servers that a request may use, and their connections. */

import type { StandInType } from '../base/stand-ins.ts';
import type { McpAddress, McpOptions, McpServerOptions } from '../options/tools.ts';
import { PUBLIC_ADDRESSES, type AddressRules } from './addresses.ts';
import { McpConnection } from './mcp-connection.ts';
import { failure } from './failures.ts';
import { ListingError, type Tool, type ToolSession } from './port.ts';
import { urlMatcher } from '../base/url-patterns.ts';

/** A server as a request names it. */
export interface NamedServer {
  readonly label: string;
  readonly url: string | undefined;
  /** Headers of the request, with its `authorization` as one. Values are secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server that may be used. */
export interface UsableServer {
  readonly address: McpAddress;
  /** The operator's own; `undefined` for one of the request. */
  readonly options: McpServerOptions | undefined;
  readonly isShared: boolean;
}

/**
 * The reason why a server may not be used:
 * - `unknown_label`: the request has no URL, and no server of the operator has the label.
 * - `url_refused`: no pattern of the operator admits the URL, or it has credentials.
 */
export type ServerRefusal = 'unknown_label' | 'url_refused';

export class McpServers implements Disposable {
  readonly #options: McpOptions;
  readonly #version: string;
  readonly #rules: AddressRules;
  readonly #isAllowed: (url: URL) => boolean;
  /** Connections by server and owner, those that were used last at the end. */
  readonly #shared = new Map<string, McpConnection>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: McpOptions, version: string, rules: AddressRules = PUBLIC_ADDRESSES) {
    this.#options = options;
    this.#version = version;
    this.#rules = rules;
    this.#isAllowed = urlMatcher(options.allowedUrls);
  }

  get limits(): McpOptions['limits'] {
    return this.#options.limits;
  }

  /** The hosted tools that servers stand in for. */
  get standIns(): readonly StandInType[] {
    return this.#options.servers.flatMap(({ standsInFor }) => standsInFor);
  }

  /** Finds the server that stands in for a hosted tool. */
  standIn(type: StandInType): McpServerOptions | undefined {
    return this.#options.servers.find(({ standsInFor }) => standsInFor.includes(type));
  }

  find({ label, url, headers }: NamedServer): UsableServer | ServerRefusal {
    const options = this.#options.servers.find((server) => server.label === label);
    if (options !== undefined && (url === undefined || isAt(options, url))) {
      const { address } = options;
      const isShared = Object.keys(headers).length === 0;
      if (isShared || address.kind === 'stdio') return { address, options, isShared: true };
      return {
        address: { ...address, headers: merged(address.headers, headers) },
        options,
        isShared,
      };
    }
    if (url === undefined) return 'unknown_label';
    if (!URL.canParse(url)) return 'url_refused';
    const parsed = new URL(url);
    const hasCredentials = parsed.username !== '' || parsed.password !== '';
    if (hasCredentials || !this.#isAllowed(parsed)) return 'url_refused';
    return { address: { kind: 'http', url, headers }, options: undefined, isShared: false };
  }

  /**
   * Begins the use of a server for one turn. Connections of the operator's servers are kept for later turns of the same
   * owner: servers may keep state for a connection. One with headers of a request is closed with the session.
   */
  session(server: UsableServer, owner: string): ToolSession {
    const connection = server.isShared ? this.#kept(server, owner) : this.#connection(server);
    connection.uses += 1;
    let isReleased = false;
    return {
      list: async (signal) => filtered(await whileWanted(connection.list(), signal), server),
      call: (...params) => connection.call(...params),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        connection.uses -= 1;
        connection.lastUsed = performance.now();
        if (!server.isShared) connection.close();
      },
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    for (const connection of this.#shared.values()) connection.close();
    this.#shared.clear();
  }

  #connection({ address, options }: UsableServer): McpConnection {
    return new McpConnection({
      address,
      rules: options === undefined ? this.#rules : undefined,
      limits: this.#options.limits,
      version: this.#version,
    });
  }

  #kept(server: UsableServer, owner: string): McpConnection {
    const key = JSON.stringify([server.options?.label, owner]);
    const known = this.#shared.get(key);
    const connection = known ?? this.#connection(server);
    if (known === undefined) this.#makeRoom();
    this.#shared.delete(key);
    this.#shared.set(key, connection);
    this.#sweep ??= setInterval(() => this.#closeIdle(), this.#options.limits.idleMs / 2).unref();
    return connection;
  }

  /** Closes the connection that has not been used for the longest time, if there are too many. */
  #makeRoom(): void {
    if (this.#shared.size < this.#options.limits.maxConnections) return;
    for (const [key, connection] of this.#shared) {
      if (connection.uses > 0) continue;
      this.#shared.delete(key);
      connection.close();
      return;
    }
    throw new ListingError(failure('notCalled', 'all connections to MCP servers are in use'));
  }

  #closeIdle(): void {
    const since = performance.now() - this.#options.limits.idleMs;
    for (const [key, connection] of this.#shared) {
      if (connection.uses > 0 || connection.lastUsed > since) continue;
      this.#shared.delete(key);
      connection.close();
    }
  }
}

function isAt({ address }: McpServerOptions, url: string): boolean {
  return (
    address.kind === 'http' && URL.canParse(url) && new URL(url).href === new URL(address.url).href
  );
}

/** Joins headers, whose names have no case. Those of the request replace those of the operator. */
function merged(
  own: Readonly<Record<string, string>>,
  sent: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = new Headers(own);
  for (const [name, value] of Object.entries(sent)) all.set(name, value);
  return Object.fromEntries(all);
}

function filtered(tools: readonly Tool[], { options }: UsableServer): readonly Tool[] {
  const names = options?.tools ?? [];
  return names.length === 0 ? tools : tools.filter(({ name }) => names.includes(name));
}

/** Resolves with the result, or rejects with the signal's reason. */
async function whileWanted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
