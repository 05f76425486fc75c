import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { apiError } from '../../contract/errors/registry.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { crossOriginRules } from './cross-origin.ts';
import { errorJson, rawErrorResponse, unreadableRequest } from './error-response.ts';
import { answerRequest } from './exchange.ts';
import type { ExchangeContext } from './exchange-context.ts';
import { rateLimits, type RateLimitOptions } from './rate-limits.ts';
import type { Route } from './route.ts';
import { routeFinder } from './router.ts';
import { OpenCalls } from './signal.ts';

type Shared =
  | 'authenticate'
  | 'bodyLimit'
  | 'deepestNesting'
  | 'audit'
  | 'callLimits'
  | 'observer'
  | 'onServerError';

export interface HttpOptions extends Pick<ExchangeContext, Shared> {
  readonly routes: readonly Route[];
  /** Whether to answer only requests whose Host header names this machine. Keeps web pages that rebind their name out. */
  readonly localHostsOnly: boolean;
  readonly protection: RateLimitOptions & {
    /** Origins whose pages may call; without any, cross-origin calls are refused. */
    readonly corsOrigins: readonly string[];
  };
  /** Time in which a request must arrive whole. */
  readonly requestTimeoutMs: number;
  /** Time without a byte in either direction after which a connection is closed. */
  readonly idleTimeoutMs: number;
  /** Connections at a time; more are turned away. */
  readonly maxConnections: number;
}

export interface Http {
  /** Starts to listen, and returns the port. */
  listen(at: { readonly host: string; readonly port: number }): Promise<number>;
  /** How many clients are connected. */
  connections(): Promise<number>;
  /** Stops the calls that have taken their signals, gives them a moment to end, and closes all connections. */
  hangUp(): Promise<void>;
  /** Stops accepting, and resolves when everyone has had their answer and gone. */
  close(): Promise<void>;
}

const LONGEST_HEADERS_MS = 60_000;
const CHECKING_INTERVAL_MS = 5_000;
/** Longer than the idle time of the proxies that people put in front, so that these are the ones to hang up. */
const KEEP_ALIVE_MS = 72_000;

/** The HTTP side: routes, headers, limits, and the error envelope. Rules live elsewhere. */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const { corsOrigins } = options.protection;
  let isClosing = false;
  const queue = new ConnectionQueue();
  const openCalls = new OpenCalls(options.callLimits);
  const context: ExchangeContext = {
    ...options,
    admission: { localHostsOnly: options.localHostsOnly, corsOrigins },
    findRoute: routeFinder(options.routes),
    crossOrigin: await crossOriginRules(corsOrigins),
    rateLimits: rateLimits(options.protection),
    openCalls,
    isClosing: () => isClosing,
  };
  const server = createServer(serverOptions(options), (request, response) => {
    queue.take(request, response, () => answerRequest(request, response, context));
  });
  server.maxConnections = options.maxConnections;
  server.setTimeout(options.idleTimeoutMs, (socket: Socket) => {
    // A call that has taken its signal ends at its deadline. Until then only a client that reads nothing is idle.
    if (!openCalls.has(socket) || socket.writableLength > 0) socket.destroy();
  });
  answerWhatIsNoRequest(server, queue);
  return {
    listen: async ({ host, port }) => {
      server.listen({ host, port });
      await once(server, 'listening');
      // Sound: a server that listens on TCP has such an address.
      return (server.address() as AddressInfo).port;
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

/** Answers what is under way, and hangs up on who asks nothing. */
async function stop(server: Server, queue: ConnectionQueue): Promise<void> {
  const gone = once(server, 'close');
  // Only stops to accept: `server.close` would also cut off answers that are not out yet.
  NetServer.prototype.close.call(server);
  // Also for requests whose connections have been cut off: they are still at work.
  await queue.quiet();
  server.closeIdleConnections();
  await gone;
  // For what it keeps of its own.
  server.close(() => undefined);
}

function serverOptions({ requestTimeoutMs }: HttpOptions) {
  return {
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: Math.min(LONGEST_HEADERS_MS, requestTimeoutMs),
    // How often the two are looked after; the default of half a minute would let them be overrun by as much.
    connectionsCheckingInterval: Math.min(CHECKING_INTERVAL_MS, requestTimeoutMs),
    // A request without a Host header gets our answer rather than Node's empty one.
    requireHostHeader: false,
    // Spares requests without a body the making of one.
    optimizeEmptyRequests: true,
  };
}

/** The envelope for what never becomes a request. */
function answerWhatIsNoRequest(server: Server, queue: ConnectionQueue): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    queue.after(socket, () => socket.end(rawErrorResponse(unreadableRequest(error.code))));
  });
  server.on('connect', ({ method = '', url = '' }, socket) => {
    // Node has let go of the socket: nobody else would hear its errors or close it.
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
