import type { IncomingMessage, ServerResponse } from 'node:http';
import { ANONYMOUS, type Principal } from '../../access/principal.ts';
import { randomHex } from '../../base/random.ts';
import { ApiError } from '../../contract/errors/registry.ts';
import { parseJson } from '../../contract/schema/json.ts';
import { noting } from '../../observe/request-notes.ts';
import { assertAdmissible } from './admission.ts';
import { isNotModified, isStream } from './answer.ts';
import { beginAudit } from './audited.ts';
import { readBody } from './body.ts';
import { RequestCall } from './call.ts';
import { RequestCredentials } from './credentials.ts';
import { endOfTick } from './end-of-tick.ts';
import { errorJson } from './error-response.ts';
import type { Exchange, ExchangeContext } from './exchange-context.ts';
import { closeProducer, failureOf } from './failure.ts';
import { Producer } from './producer.ts';
import { sendStream, type OpenStream } from './send-stream.ts';
import { sendText, type TextAnswer } from './send.ts';
import { causingStop } from './signal.ts';
import { pathInSite } from './site.ts';

const CHALLENGE = 'Bearer realm="OpenAI API"';
const SAFE_REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const JSON_TYPE = 'application/json';
/** Status in log and metrics when the client left before the answer began. It cannot be sent. */
const CLIENT_GONE = 499;

/** Takes one request from its headers to its answer. Rejects with the error that `onServerError` throws. */
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
    turn: undefined,
    route: undefined,
    principal: undefined,
    authorised: undefined,
    call: undefined,
    producer: undefined,
    bytesIn: 0,
  };
  let answer: TextAnswer | OpenStream;
  try {
    const path = pathInSite(context.site, request.url);
    assertAdmissible(request, context.admission, path !== undefined);
    if (context.site !== undefined && path !== undefined) {
      exchange.route = context.site;
      sendText(exchange, await context.site.answer(request, path), response, context);
      return;
    }
    if (context.crossOrigin !== undefined && (await context.crossOrigin(request, response))) return;
    answer = await noting(exchange, () => answerOf(exchange, response, context));
  } catch (error) {
    answer = refusal(error, exchange, context);
  }
  if ('producer' in answer) {
    const stream = answer;
    await noting(exchange, () => sendStream(exchange, stream, response, context));
    return;
  }
  // The answers to writes go out together in any case, out of one commit.
  if (request.method === 'GET') await endOfTick();
  sendText(exchange, answer, response, context);
  // Refused before its first chunk; the client need not wait for the producer's end.
  if (exchange.producer !== undefined) await closeProducer(exchange.producer, exchange, context);
}

/** Runs the route's handler. Resolves with its text, or with its stream once that has its first chunk. */
async function answerOf(
  exchange: Exchange,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<TextAnswer | OpenStream> {
  const { request, id, began } = exchange;
  const { route, path, query } = context.findRoute(request.method ?? '', request.url ?? '');
  exchange.route = route;
  // Comes before the body is read: callers without credentials do not get to upload.
  const principal = route.isPublic ? ANONYMOUS : await admit(exchange, context);
  const body = await parsedBody(exchange, context);
  const call = new RequestCall(
    { principal, path, query, body },
    response,
    began,
    context.openCalls,
    () => (route.isPublic ? Promise.resolve() : authenticated(exchange, context)),
  );
  exchange.call = call;
  const { audit } = context;
  const record = audit === undefined ? undefined : await beginAudit(route, call, id, audit);
  try {
    const answer = await route.handle(call);
    if (isStream(answer)) {
      exchange.producer = new Producer(answer.chunks, call.signal, context.callLimits.graceMs);
      const first = await exchange.producer.next();
      return { answer, call, producer: exchange.producer, first, record };
    }
    record?.(200);
    if (isNotModified(answer)) {
      const { answerHeaders: headers } = call;
      return { status: 304, text: '', contentType: undefined, headers, error: undefined };
    }
    const contentType = route.contentType ?? JSON_TYPE;
    return {
      status: 200,
      text: answer,
      contentType,
      headers: call.answerHeaders,
      error: undefined,
    };
  } catch (error) {
    record?.(causingStop(error, call) ?? (error instanceof ApiError ? error.status : 500));
    throw error;
  }
}

async function admit(
  exchange: Exchange,
  { rateLimits, authenticate }: ExchangeContext,
): Promise<Principal> {
  const began = performance.now();
  rateLimits?.countAddress(exchange.request);
  const principal = await authenticated(exchange, { authenticate });
  rateLimits?.countPrincipal(principal);
  exchange.principal = principal;
  exchange.authorised = { began, ended: performance.now() };
  return principal;
}

function authenticated(
  { request, id }: Exchange,
  { authenticate }: Pick<ExchangeContext, 'authenticate'>,
): Promise<Principal> {
  return authenticate(new RequestCredentials(request), id);
}

async function parsedBody(
  exchange: Exchange,
  { settings: { maxBodyBytes, maxNesting } }: ExchangeContext,
): Promise<unknown> {
  const { method } = exchange.request;
  if (method === 'GET' || method === 'HEAD') return undefined;
  const body = await readBody(exchange.request, maxBodyBytes);
  if (body === undefined) return undefined;
  exchange.bytesIn = body.length;
  return parseJson(body, maxNesting);
}

/** Returns the answer to a request that failed. */
function refusal(error: unknown, exchange: Exchange, context: ExchangeContext): TextAnswer {
  if (causingStop(error, exchange.call) === 'client_gone') {
    const [status, reason] = [CLIENT_GONE, 'client_gone'];
    return { status, text: '', contentType: JSON_TYPE, headers: [], error: reason };
  }
  const failure = failureOf(error, exchange, context);
  const { status, retryAfterSeconds, allow, kind } = failure;
  const headers = [
    ...(status === 401 ? ['www-authenticate', CHALLENGE] : []),
    ...(retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]),
    ...(allow === undefined ? [] : ['allow', allow.join(', ')]),
    // RFC 9110 demands the name of a protocol to go on with.
    ...(status === 426 ? ['upgrade', 'HTTP/1.1'] : []),
  ];
  return { status, text: errorJson(failure), contentType: JSON_TYPE, headers, error: kind };
}

/** Returns the caller's own id if it is harmless, so that logs on both sides agree; otherwise a new one. */
function requestId(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && SAFE_REQUEST_ID.test(given) ? given : `req_${randomHex(16)}`;
}
