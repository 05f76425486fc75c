import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../../access/authentication/scheme.ts';
import { ANONYMOUS, type Principal } from '../../access/principal.ts';
import type { AnsweredRequest, Asker, Observer } from '../../observe/observer.ts';
import { randomHex } from '../../base/random.ts';
import { publish } from '../../observe/request-channel.ts';
import { notingCalls, type StoreCall } from '../../observe/store-calls.ts';
import { parseJson } from '../../contract/schema/json.ts';
import type { AuditTrail } from '../../service/audit.ts';
import { assertAdmissible, type Admission } from './admission.ts';
import { audited } from './audited.ts';
import { readBody } from './body.ts';
import { RequestCredentials } from './credentials.ts';
import type { CrossOrigin } from './cross-origin.ts';
import { endOfTick } from './end-of-tick.ts';
import { errorJson, toApiError } from './error-response.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Route } from './route.ts';
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
  readonly observer: Pick<Observer, 'answered'>;
  /** Undefined: nothing is recorded. */
  readonly audit: AuditTrail | undefined;
  /** Told of every failure that is the server's own, with the id that the caller was given. */
  readonly onServerError: (error: unknown, requestId: string) => void;
  /** Whether the server is about to stop, and connections should not be kept. */
  isClosing(): boolean;
}

const CHALLENGE = 'Bearer realm="OpenAI API"';
const SAFE_REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const JSON_TYPE = 'application/json';
/** Of every answer: names and values by turns, which Node takes as they are. */
const HEADERS = ['openai-version', '2020-10-01', 'x-content-type-options', 'nosniff'];

/** A request on its way, and what has become known of it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly id: string;
  readonly began: number;
  readonly calls: StoreCall[];
  route: Route | undefined;
  principal: Principal | undefined;
  authorised: { readonly began: number; readonly ended: number } | undefined;
  bytesIn: number;
}

interface Answer {
  readonly status: number;
  readonly text: string | Buffer;
  readonly type: string;
  readonly headers: readonly string[];
  /** The name of what went wrong. */
  readonly error: string | undefined;
}

/** Takes one request from its headers to its answer. Rejects with what `onServerError` throws. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<void> {
  const exchange: Exchange = {
    request,
    id: requestId(request.headers['x-request-id']),
    began: performance.now(),
    calls: [],
    route: undefined,
    principal: undefined,
    authorised: undefined,
    bytesIn: 0,
  };
  let answer: Answer;
  try {
    assertAdmissible(request, context.admission);
    if (context.crossOrigin !== undefined && (await context.crossOrigin(request, response))) return;
    const text = await notingCalls(exchange.calls, () => handle(exchange, context));
    const type = exchange.route?.contentType ?? JSON_TYPE;
    answer = { status: 200, text, type, headers: [], error: undefined };
  } catch (error) {
    answer = refusal(error, exchange, context);
  }
  // What is written comes together anyway, out of one commit.
  if (request.method === 'GET') await endOfTick();
  send(exchange, answer, response, context);
}

/** The text of the answer. */
async function handle(exchange: Exchange, context: ExchangeContext): Promise<string | Buffer> {
  const { request, id } = exchange;
  const { route, path, query } = context.findRoute(request.method ?? '', request.url ?? '');
  exchange.route = route;
  // Before the body is read: strangers do not get to upload.
  const principal = route.isPublic ? ANONYMOUS : await admit(exchange, context);
  const body = await parsedBody(exchange, context);
  const call = { principal, path, query, body };
  const { audit } = context;
  return audit === undefined ? route.handle(call) : audited(route, call, id, audit);
}

async function admit(
  exchange: Exchange,
  { rateLimits, authenticate }: ExchangeContext,
): Promise<Principal> {
  const began = performance.now();
  rateLimits?.countAddress(exchange.request);
  const principal = await authenticate(new RequestCredentials(exchange.request), exchange.id);
  rateLimits?.countPrincipal(principal);
  exchange.principal = principal;
  exchange.authorised = { began, ended: performance.now() };
  return principal;
}

async function parsedBody(
  exchange: Exchange,
  { bodyLimit, deepestNesting }: ExchangeContext,
): Promise<unknown> {
  const { method } = exchange.request;
  if (method === 'GET' || method === 'HEAD') return undefined;
  const body = await readBody(exchange.request, bodyLimit);
  if (body === undefined) return undefined;
  exchange.bytesIn = body.length;
  return parseJson(body, deepestNesting);
}

/** The answer to a request that failed; the server's own fault is told to whoever minds it. */
function refusal(error: unknown, { id }: Exchange, { onServerError }: ExchangeContext): Answer {
  const failure = toApiError(error, id);
  const { status, retryAfterSeconds, kind } = failure;
  if (status >= 500) onServerError(failure.cause ?? failure, id);
  const headers = [
    ...(status === 401 ? ['www-authenticate', CHALLENGE] : []),
    ...(retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]),
  ];
  return { status, text: errorJson(failure), type: JSON_TYPE, headers, error: kind };
}

/** Sends the answer, and tells the observer. */
function send(
  exchange: Exchange,
  answer: Answer,
  response: ServerResponse,
  context: ExchangeContext,
): void {
  const { status, text, type, headers } = answer;
  const { id, began } = exchange;
  const bytesOut = Buffer.byteLength(text);
  const ended = performance.now();
  const own = [
    'content-type',
    type,
    'x-request-id',
    id,
    'openai-processing-ms',
    String(Math.max(1, Math.round(ended - began))),
    'content-length',
    String(bytesOut),
  ];
  const closing = context.isClosing() ? ['connection', 'close'] : [];
  response.writeHead(status, [...HEADERS, ...own, ...headers, ...closing]);
  response.end(text);
  tell(exchange, answer, { ended, bytesOut }, context.observer);
}

function tell(
  exchange: Exchange,
  { status, error }: Answer,
  sent: Pick<AnsweredRequest, 'ended' | 'bytesOut'>,
  observer: ExchangeContext['observer'],
): void {
  const { id, request, route, principal, began, authorised, bytesIn, calls } = exchange;
  const answered = {
    id,
    method: request.method ?? '',
    route: route?.path,
    status,
    error,
    asker: principal === undefined ? undefined : askerOf(principal),
    began,
    authorised,
    ended: sent.ended,
    bytesIn,
    bytesOut: sent.bytesOut,
    calls,
  };
  try {
    observer.answered(answered);
    publish(answered, request);
  } catch (failure) {
    // Who listens must not harm who serves.
    process.emitWarning(failure instanceof Error ? failure : String(failure));
  }
}

const askers = new WeakMap<Principal, Asker>();

/** The same one for the same principal, and no more of it than observers are told. */
function askerOf(principal: Principal): Asker {
  const known = askers.get(principal);
  if (known !== undefined) return known;
  const made = { tenant: principal.tenant, subject: principal.subject };
  askers.set(principal, made);
  return made;
}

/** The caller's own id where it is harmless, so that logs on both sides agree; otherwise a new one. */
function requestId(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && SAFE_REQUEST_ID.test(given) ? given : `req_${randomHex(16)}`;
}
