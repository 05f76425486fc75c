import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../access/authentication/scheme.ts';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import { ApiError } from '../base/errors.ts';
import { randomHex } from '../base/random.ts';
import { parseJson } from '../contract/json.ts';
import type { AuditedRequest, AuditTrail } from '../service/audit.ts';
import { assertAdmissible, type Admission } from './admission.ts';
import { readBody } from './body.ts';
import { RequestCredentials } from './credentials.ts';
import { errorJson, toApiError } from './error-response.ts';
import type { CrossOrigin, RateLimits } from './protection.ts';
import type { Call, Route } from './route.ts';
import type { FindRoute } from './router.ts';

/** What every exchange of a server shares. */
export interface ExchangeContext {
  readonly admission: Admission;
  readonly findRoute: FindRoute;
  /** Says who is asking, or throws the answer to who may not. */
  readonly authenticate: (credentials: Credentials, requestId: string) => Promise<Principal>;
  readonly crossOrigin: CrossOrigin | undefined;
  readonly rateLimits: RateLimits | undefined;
  /** The largest body in bytes. */
  readonly bodyLimit: number;
  /** How deep a body may nest arrays and objects. */
  readonly deepestNesting: number;
  /** Undefined: nothing is recorded. */
  readonly audit: AuditTrail | undefined;
  /** Told of every failure that is the server's own, with the id that the caller was given. */
  readonly onServerError: (error: unknown, requestId: string) => void;
  /** Whether the server is about to stop, and connections should not be kept. */
  isClosing(): boolean;
}

const CHALLENGE = 'Bearer realm="OpenAI API"';
const SAFE_REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** Of every answer: names and values by turns, which Node takes as they are. */
const HEADERS = [
  'content-type',
  'application/json',
  'openai-version',
  '2020-10-01',
  'x-content-type-options',
  'nosniff',
];

/** Takes one request from its headers to its answer. Never rejects. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<void> {
  const began = performance.now();
  const id = requestId(request.headers['x-request-id']);
  const answer = (status: number, json: string | Buffer, more: readonly string[] = []): void => {
    const took = Math.max(1, Math.round(performance.now() - began));
    const own = ['x-request-id', id, 'openai-processing-ms', String(took)];
    const length = ['content-length', String(Buffer.byteLength(json))];
    const closing = context.isClosing() ? ['connection', 'close'] : [];
    response.writeHead(status, [...HEADERS, ...own, ...length, ...closing, ...more]);
    response.end(json);
  };
  try {
    assertAdmissible(request, context.admission);
    if (context.crossOrigin !== undefined && (await context.crossOrigin(request, response))) return;
    const { route, path, query } = context.findRoute(request.method ?? '', request.url ?? '');
    // Before the body is read: strangers do not get to upload.
    const principal = route.isPublic ? ANONYMOUS : await admit(request, id, context);
    const body = await parsedBody(request, context);
    const call = { principal, path, query, body };
    const json = await (context.audit === undefined
      ? route.handle(call)
      : audited(route, call, id, context.audit, context));
    answer(200, json);
  } catch (error) {
    const failure = toApiError(error, id);
    if (failure.status >= 500) context.onServerError(failure.cause ?? failure, id);
    answer(failure.status, errorJson(failure), [
      ...(failure.status === 401 ? ['www-authenticate', CHALLENGE] : []),
      ...(failure.retryAfter === undefined ? [] : ['retry-after', String(failure.retryAfter)]),
    ]);
  }
}

/** The caller's own id where it is harmless, so that logs on both sides agree; otherwise a new one. */
function requestId(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && SAFE_REQUEST_ID.test(given) ? given : `req_${randomHex(16)}`;
}

async function admit(
  request: IncomingMessage,
  id: string,
  { rateLimits, authenticate }: ExchangeContext,
): Promise<Principal> {
  rateLimits?.countAddress(request);
  const principal = await authenticate(new RequestCredentials(request), id);
  rateLimits?.countPrincipal(principal);
  return principal;
}

async function parsedBody(
  request: IncomingMessage,
  { bodyLimit, deepestNesting }: ExchangeContext,
): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const body = await readBody(request, bodyLimit);
  return body === undefined ? undefined : parseJson(body, deepestNesting);
}

/** Runs the route's handler, with a record of it. */
async function audited(
  route: Route,
  call: Call,
  id: string,
  trail: AuditTrail,
  { onServerError }: ExchangeContext,
): Promise<string | Buffer> {
  if (route.action === undefined) return route.handle(call);
  const request: AuditedRequest = {
    requestId: id,
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
        id,
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
