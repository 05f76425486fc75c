import type { IncomingMessage, ServerResponse } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Credentials } from '../access/authentication/scheme.ts';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import { ApiError, apiError } from '../base/errors.ts';
import { randomHex } from '../base/random.ts';
import { parseJson } from '../contract/json.ts';
import type { Query } from '../contract/requests.ts';
import type { AuditedRequest, AuditTrail } from '../service/audit.ts';
import { credentialsOf } from './credentials.ts';
import { errorJson, rawErrorResponse, toApiError, type ErrorContext } from './error-response.ts';
import { protect, type Limiters, type ProtectionOptions } from './protection.ts';
import type { Call, Route } from './route.ts';

declare module 'fastify' {
  export interface FastifyRequest {
    /** Who is asking; null where nobody has been asked to say so. */
    principal: Principal | null;
  }
}

export interface HttpOptions {
  readonly routes: readonly Route[];
  /** Says who is asking, or throws the answer to who may not. */
  readonly authenticate: (credentials: Credentials, requestId: string) => Promise<Principal>;
  /** The largest body in bytes. */
  readonly bodyLimit: number;
  /** How deep a body may nest arrays and objects. */
  readonly deepestNesting: number;
  /** Whether to answer only requests whose Host header names this machine. Keeps web pages that rebind their name out. */
  readonly localHostsOnly: boolean;
  readonly protection: ProtectionOptions;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestTimeout: number;
  /** Connections at a time; more are turned away. */
  readonly maxConnections: number;
  /** Undefined: nothing is recorded. */
  readonly audit: AuditTrail | undefined;
  /** Told of every failure that is the server's own, with the id that the caller was given. */
  readonly onServerError: (error: unknown, requestId: string) => void;
}

const CHALLENGE = 'Bearer realm="OpenAI API"';
const LONGEST_HEADERS_MS = 60_000;
const CHECKING_INTERVAL_MS = 5_000;
/** Of every answer. */
const HEADERS = [
  'content-type',
  'application/json',
  'openai-version',
  '2020-10-01',
  'x-content-type-options',
  'nosniff',
];
const SAFE_REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** Longer than any URL that fits into Node's header limit: an id is never too long to be answered. */
const LONGEST_PARAMETER = 65_536;

/** The HTTP side: routes, headers, limits, and the error envelope. Rules live elsewhere. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const http = Fastify({
    bodyLimit: options.bodyLimit,
    requestTimeout: options.requestTimeout,
    // A client that stops reading its answer is let go too, well after one that stops sending has had its 408.
    connectionTimeout: options.requestTimeout * 2 + CHECKING_INTERVAL_MS,
    http: {
      // A request without a Host header gets our answer rather than Node's empty one.
      requireHostHeader: false,
      headersTimeout: Math.min(LONGEST_HEADERS_MS, options.requestTimeout),
      // How often the two are looked after; the default of half a minute would let them be overrun by as much.
      connectionsCheckingInterval: Math.min(CHECKING_INTERVAL_MS, options.requestTimeout),
    },
    logger: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    requestIdHeader: false,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors: (error, request, reply) => {
      setHeaders(reply, [...HEADERS, 'x-request-id', request.id]);
      sendError(error, request, reply, options);
    },
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return;
      socket.end(rawErrorResponse(error.code));
    },
  });
  http.server.maxConnections = options.maxConnections;
  http.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { 'content-type': 'application/json' });
    response.end(errorJson(apiError('expectation_failed')));
  });
  parseBodiesLater(http);
  checkHeaders(http, options);
  const headersOf = answerHeaders(http);
  http.decorateRequest('principal', null);
  const limiters = await protect(http, options.protection, ({ principal }) =>
    JSON.stringify([principal?.tenant, principal?.subject]),
  );
  http.setErrorHandler((error, request, reply) => sendError(error, request, reply, options));
  http.setNotFoundHandler((request, reply) => {
    const [url = ''] = request.url.split('?', 1);
    return sendError(
      apiError('url_not_found', { method: request.method, url }),
      request,
      reply,
      options,
    );
  });
  for (const route of options.routes) register(http, route, { ...options, limiters, headersOf });
  return http;
}

/** Bodies are taken as bytes and parsed by the handler, so that a bad one does not cost the connection. */
function parseBodiesLater(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

function checkHeaders(http: FastifyInstance, options: HttpOptions): void {
  http.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw apiError('malformed_request');
    }
    if (options.localHostsOnly) assertLocal(request, options.protection.corsOrigins);
    const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
    if (encoding !== 'identity') throw apiError('unsupported_encoding', { found: encoding });
    done();
  });
}

/** The headers of an answer: names and values by turns, which Node takes as they are. */
type AnswerHeaders = (request: FastifyRequest, reply: FastifyReply) => string[];

function answerHeaders(http: FastifyInstance): AnswerHeaders {
  let closing = false;
  http.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  const headersOf: AnswerHeaders = (request, reply) => {
    const took = String(Math.max(1, Math.round(reply.elapsedTime)));
    const headers = [...HEADERS, 'x-request-id', request.id, 'openai-processing-ms', took];
    if (closing) headers.push('connection', 'close');
    return headers;
  };
  // Last of all: the framework adds a charset, which JSON has none of, to a content type that it sees earlier.
  http.addHook('onSend', (request, reply, payload, done) => {
    setHeaders(reply, headersOf(request, reply));
    done(null, payload);
  });
  return headersOf;
}

function setHeaders(reply: FastifyReply, headers: readonly string[]): void {
  for (let index = 0; index < headers.length; index += 2) {
    reply.header(headers[index] ?? '', headers[index + 1]);
  }
}

/** Answers past the framework, whose own way for a text that needs no serialising costs a tenth of a short request. */
function sendJson(reply: FastifyReply, headers: readonly string[], json: string | Buffer): void {
  reply.hijack();
  const length = String(Buffer.byteLength(json));
  reply.raw.writeHead(200, [...headers, 'content-length', length]);
  reply.raw.end(json);
}

/** What plugins have set, such as the rules for pages of other origins. */
function headersOfPlugins(reply: FastifyReply): readonly string[] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}

/** The caller's own id where it is harmless, so that logs on both sides agree; otherwise a new one. */
function requestId(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && SAFE_REQUEST_ID.test(given) ? given : `req_${randomHex(16)}`;
}

const LOCAL_HOST = /^(([a-z0-9-]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** Refuses what a web page from elsewhere may have sent: under its own name for this address, or across origins. */
function assertLocal(request: FastifyRequest, origins: readonly string[]): void {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers;
  if (!LOCAL_HOST.test(host)) throw apiError('host_not_allowed', { host });
  if (origin !== undefined && origins.includes(origin)) return;
  const [, originHost = ''] = /^https?:\/\/(.+)$/.exec(origin ?? '') ?? [];
  const isForeign = origin === undefined ? site === 'cross-site' : !LOCAL_HOST.test(originHost);
  if (isForeign) throw apiError('origin_not_allowed', { origin: origin ?? 'another site' });
}

interface RouteContext extends HttpOptions {
  readonly headersOf: AnswerHeaders;
  readonly limiters: Limiters;
}

function register(http: FastifyInstance, route: Route, context: RouteContext): void {
  const { limiters, authenticate } = context;
  const hasPlugins = context.protection.corsOrigins.length > 0;
  // Before the body is read: strangers do not get to upload.
  const admit = async (request: FastifyRequest): Promise<void> => {
    if (limiters.address !== undefined) await limiters.address(request);
    request.principal = await authenticate(credentialsOf(request), request.id);
    if (limiters.principal !== undefined) await limiters.principal(request);
  };
  http.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    onRequest: route.isPublic ? [] : admit,
    handler: async (request, reply) => {
      const call = callOf(request, context);
      const json = await (context.audit === undefined
        ? route.handle(call)
        : audited(route, call, request.id, context));
      const others = hasPlugins ? headersOfPlugins(reply) : [];
      sendJson(reply, [...context.headersOf(request, reply), ...others], json);
    },
  });
}

function callOf(request: FastifyRequest, { deepestNesting }: RouteContext): Call {
  return {
    principal: request.principal ?? ANONYMOUS,
    // Sound: the router yields one string a parameter.
    path: request.params as Record<string, string>,
    // Sound: the default query parser yields strings, and arrays of strings for repeated keys.
    query: request.query as Query,
    body: Buffer.isBuffer(request.body) ? parseJson(request.body, deepestNesting) : undefined,
  };
}

/** Runs the route's handler, with a record of it where a trail is kept. */
async function audited(
  route: Route,
  call: Call,
  requestId: string,
  { audit: trail, onServerError }: HttpOptions,
): Promise<string | Buffer> {
  if (trail === undefined || route.action === undefined) return route.handle(call);
  const request: AuditedRequest = {
    requestId,
    principal: call.principal,
    operation: route.operationId,
    action: route.action,
    conversationId: call.path['conversation_id'],
  };
  const decision = await trail.decision(request);
  const record = (status: number): void => {
    try {
      trail.record(request, decision, status);
    } catch (error) {
      // What is done is done, and its answer must say so; the log of failures gets what the trail could not.
      onServerError(
        new Error(`no audit line for ${JSON.stringify(request)}`, { cause: error }),
        requestId,
      );
    }
  };
  try {
    const json = await route.handle(call);
    record(200);
    return json;
  } catch (error) {
    record(error instanceof ApiError ? error.status : 500);
    throw error;
  }
}

function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { bodyLimit, onServerError }: HttpOptions,
): FastifyReply {
  const context: ErrorContext = {
    method: request.method,
    url: request.url,
    contentType: request.headers['content-type'] ?? '',
    bodyLimit,
    requestId: request.id,
  };
  const answer = toApiError(error, context);
  if (answer.status >= 500) onServerError(answer.cause ?? answer, request.id);
  if (answer.status === 401) reply.header('www-authenticate', CHALLENGE);
  if (answer.retryAfter !== undefined) reply.header('retry-after', answer.retryAfter);
  // The framework would close the connection after a refused body; Node reads and drops the rest of it instead.
  reply.removeHeader('connection');
  return reply.code(answer.status).send(errorJson(answer));
}
