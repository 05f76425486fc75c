import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { apiError } from '../../contract/errors/registry.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { crossOriginRules } from './cross-origin.ts';
import { errorJson, rawErrorResponse, unreadableRequest } from './error-response.ts';
import { answerRequest, type ExchangeContext } from './exchange.ts';
import { rateLimits, type RateLimitOptions } from './rate-limits.ts';
import type { Route } from './route.ts';
import { routeFinder } from './router.ts';

type Shared =
  | 'authenticate'
  | 'bodyLimit'
  | 'deepestNesting'
  | 'audit'
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
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestTimeout: number;
  /** Connections at a time; more are turned away. */
  readonly maxConnections: number;
}

export interface Http {
  /** Starts to listen, and returns the port. */
  listen(at: { readonly host: string; readonly port: number }): Promise<number>;
  /** How many clients are connected. */
  connections(): Promise<number>;
  /** Closes all connections, whatever is under way on them. */
  hangUp(): void;
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
  const context: ExchangeContext = {
    ...options,
    admission: { localHostsOnly: options.localHostsOnly, corsOrigins },
    findRoute: routeFinder(options.routes),
    crossOrigin: await crossOriginRules(corsOrigins),
    rateLimits: rateLimits(options.protection),
    isClosing: () => isClosing,
  };
  const server = createServer(serverOptions(options), (request, response) => {
    queue.take(request, response, () => answerRequest(request, response, context));
  });
  server.maxConnections = options.maxConnections;
  // A client that stops reading its answer is let go too, well after one that stops sending has had its 408.
  // Not one whose answer is still being made, which a database may delay by some 45 seconds.
  const patience = Math.max(options.requestTimeout, LONGEST_HEADERS_MS);
  server.setTimeout(patience * 2 + CHECKING_INTERVAL_MS);
  answerWhatIsNoRequest(server, queue);
  return {
    listen: async ({ host, port }) => {
      server.listen({ host, port });
      await once(server, 'listening');
      // Sound: a server that listens on TCP has such an address.
      return (server.address() as AddressInfo).port;
    },
    connections: promisify(server.getConnections.bind(server)),
    hangUp: () => server.closeAllConnections(),
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

function serverOptions({ requestTimeout }: HttpOptions) {
  return {
    requestTimeout,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: Math.min(LONGEST_HEADERS_MS, requestTimeout),
    // How often the two are looked after; the default of half a minute would let them be overrun by as much.
    connectionsCheckingInterval: Math.min(CHECKING_INTERVAL_MS, requestTimeout),
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
