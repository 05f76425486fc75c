import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { unixSocketPath } from '../../base/unix-socket.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { Admission } from './admission.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { crossOriginRules } from './cross-origin.ts';
import { errorJson, rawErrorResponse, unreadableRequest } from './error-response.ts';
import { answerRequest } from './exchange.ts';
import type { ExchangeContext } from './exchange-context.ts';
import type { HttpSettings } from './http-settings.ts';
import { rateLimits } from './rate-limits.ts';
import type { Route } from './route.ts';
import { routeFinder } from './router.ts';
import { listenOnSocket } from './unix-socket.ts';
import { OpenCalls } from './signal.ts';

type Shared =
  | 'site'
  | 'settings'
  | 'authenticate'
  | 'audit'
  | 'callLimits'
  | 'observer'
  | 'onServerError';

export interface HttpOptions extends Pick<ExchangeContext, Shared> {
  readonly routes: readonly Route[];
  readonly localHostsOnly: Admission['localHostsOnly'];
  /** Time without a byte in either direction after which a connection is closed. */
  readonly idleTimeoutMs: number;
}

export interface Http {
  /**
   * Starts to listen, and returns the origin for clients: `http://HOST:PORT`, or `unix:PATH` for a host of that
   * form, for which the port is not used.
   */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  /** Resolves with the number of connections. */
  connections(): Promise<number>;
  /** Stops the calls that have read a signal, gives them time to end, and closes all connections. */
  hangUp(): Promise<void>;
  /** Stops accepting connections. Resolves when every request has been answered and every connection is closed. */
  close(): Promise<void>;
}

const MAX_HEADERS_TIMEOUT_MS = 60_000;
const CHECKING_INTERVAL_MS = 5_000;
/** Exceeds the idle time of common proxies, so that the proxy is the side that hangs up. */
const KEEP_ALIVE_MS = 72_000;

/** Makes the HTTP side of a server: routes, headers, limits and the error envelope. */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const { corsOrigins, maxConnections } = options.settings;
  let isClosing = false;
  const queue = new ConnectionQueue();
  const openCalls = new OpenCalls(options.callLimits);
  const context: ExchangeContext = {
    ...options,
    admission: { localHostsOnly: options.localHostsOnly, corsOrigins },
    findRoute: routeFinder(options.routes),
    crossOrigin: await crossOriginRules(corsOrigins),
    rateLimits: rateLimits(options.settings),
    openCalls,
    isClosing: () => isClosing,
  };
  const server = createServer(serverOptions(options.settings), (request, response) => {
    queue.take(request, response, () => answerRequest(request, response, context));
  });
  server.maxConnections = maxConnections;
  hangUpOnIdle(server, openCalls, options.idleTimeoutMs);
  answerNonRequests(server, queue);
  return {
    listen: async ({ host, port }) => {
      const path = unixSocketPath(host);
      if (path !== undefined) {
        await listenOnSocket(server, path);
        return host;
      }
      server.listen({ host, port });
      await once(server, 'listening');
      // Sound: a server that listens on TCP has such an address.
      const { port: chosen } = server.address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`;
    },
    connections: promisify(server.getConnections.bind(server)),
    hangUp: async () => {
      await openCalls.stop();
      server.closeAllConnections();
    },
    close: async () => {
      isClosing = true;
      if (server.listening) await stop(server, queue);
    },
  };
}

/** Closes connections after the idle time, except those that wait for a call with a deadline. */
function hangUpOnIdle(server: Server, openCalls: OpenCalls, idleTimeoutMs: number): void {
  server.setTimeout(idleTimeoutMs, (socket: Socket) => {
    const isUnread = socket.writableLength > 0;
    if (isUnread || !openCalls.has(socket)) socket.destroy();
  });
}

/** Answers the requests under way, and closes idle connections. */
async function stop(server: Server, queue: ConnectionQueue): Promise<void> {
  const gone = once(server, 'close');
  // Only stops accepting: `server.close` would also cut off answers that are still being sent.
  NetServer.prototype.close.call(server);
  // Waits also for requests with a connection that was cut off: the handlers still run.
  await queue.quiet();
  server.closeIdleConnections();
  await gone;
  // Frees the timer that Node keeps for its checks.
  server.close(() => undefined);
}

function serverOptions({ requestTimeoutMs }: HttpSettings) {
  return {
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: Math.min(MAX_HEADERS_TIMEOUT_MS, requestTimeoutMs),
    // Node checks the two timeouts at this interval. With its default they could be exceeded by half a minute.
    connectionsCheckingInterval: Math.min(CHECKING_INTERVAL_MS, requestTimeoutMs),
    // Leaves requests without a Host header to `assertAdmissible`: Node's own answer has no body.
    requireHostHeader: false,
    // Skips making a body stream for requests without a body.
    optimizeEmptyRequests: true,
  };
}

/** Answers bytes that never become a request, with the error envelope. */
function answerNonRequests(server: Server, queue: ConnectionQueue): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    queue.after(socket, () => socket.end(rawErrorResponse(unreadableRequest(error.code))));
  });
  server.on('connect', ({ method = '', url = '' }, socket) => {
    // Node no longer handles this socket's errors, and does not close it.
    socket.on('error', () => socket.destroy());
    const answer = rawErrorResponse(apiError('url_not_found', { method, url }));
    queue.after(socket, () => socket.end(answer, () => socket.destroy()));
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const error = apiError('expectation_failed');
    response.writeHead(error.status, { 'content-type': 'application/json' });
    response.end(errorJson(error));
  });
}
