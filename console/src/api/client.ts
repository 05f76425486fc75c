import { API, isFromProxyAlone, reachable } from './reaching.ts';
import { forgetSecret, secret, signedInAgain, signIns } from './session.ts';
import { waitSeconds } from './waiting.ts';

export { API, BASE_URL } from './reaching.ts';

const MOST_TRIES = 3;
const DEFAULT_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 60;

/** An answer that is an error, or none. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  /** 0 when there was no answer. */
  readonly status: number;
  readonly code: string | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;

  constructor(
    message: string,
    { status, code, requestId }: Pick<ApiFailure, 'status' | 'code' | 'requestId'>,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Set for a stream: whoever reads it decides when to ask again. */
  readonly isStream?: true;
  /** Set for the call that tries a key: a refusal is its answer. */
  readonly isSignIn?: true;
}

/** Number of calls under way that may change something. */
let openChanges = 0;

export function isChanging(): boolean {
  return openChanges > 0;
}

/** Calls the API, as `send` does. Rejects with an `ApiFailure`. */
export async function call<Answer>(path: string, request: CallOptions = {}): Promise<Answer> {
  const response = await answerTo(path, request);
  return (await response.json()) as Answer;
}

/** Calls the API as `call`, and returns the answer with its entity tag. */
export async function callTagged(
  path: string,
): Promise<{ readonly answer: unknown; readonly tag: string | undefined }> {
  const response = await answerTo(path, {});
  const answer: unknown = await response.json();
  return { answer, tag: response.headers.get('etag') ?? undefined };
}

async function answerTo(path: string, request: CallOptions): Promise<Response> {
  const response = await send(path, request);
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** A stream of the API, and what names its request in the server's log. */
interface Streamed extends Pick<ApiFailure, 'requestId'> {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Opens a stream of the API. Rejects with an `ApiFailure` when the server does not give it. */
export async function stream(
  path: string,
  signal: AbortSignal,
  request: CallOptions = {},
): Promise<Streamed> {
  const response = await send(path, { ...request, signal, isStream: true });
  const { ok, body } = response;
  if (!ok || body === null) throw await failureOf(response);
  const isChange = request.method === 'POST';
  return { body: isChange ? countedAsChange(body) : body, requestId: requestIdOf(response) };
}

/** Returns the stream of a change, which is under way until the stream ends. */
function countedAsChange(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  openChanges += 1;
  const reader = body.getReader();
  const end = (): void => {
    openChanges -= 1;
  };
  return new ReadableStream({
    pull: async (controller) => {
      const { value } = await reader.read().catch((error: unknown) => {
        end();
        throw error;
      });
      if (value !== undefined) return controller.enqueue(value);
      end();
      controller.close();
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  });
}

/**
 * Asks the server until it answers. A busy one is asked three times, after the time that it names. A read waits for one
 * that is away; a change is not repeated, since it may have been made. A refused caller signs in meanwhile.
 */
async function send(path: string, request: CallOptions): Promise<Response> {
  const { method = 'GET', signal, isSignIn = false, isStream = false } = request;
  const caller = signIns.peek();
  for (let tries = 1; ;) {
    if (signIns.peek() !== caller) throw asFailure(new Error('Somebody else has signed in.'));
    const used = secret.value;
    const response = await sendOnce(path, request);
    if (response === undefined || isFromProxyAlone(response)) {
      const back = reachable(signal);
      if (method !== 'GET' || isStream)
        throw response === undefined ? noAnswer() : await failureOf(response);
      await back;
    } else if (response.status === 401 && !isSignIn) {
      // Somebody may have signed in since the request was sent.
      if (secret.value !== used) continue;
      forgetSecret();
      if (!(await signedInAgain())) throw await failureOf(response);
    } else if ((response.status === 429 || response.status === 503) && tries < MOST_TRIES) {
      tries += 1;
      await waitSeconds(secondsOf(response), signal);
    } else {
      return response;
    }
  }
}

/** Resolves with `undefined` when there is no answer. */
async function sendOnce(
  path: string,
  { method = 'GET', body, headers: given, signal }: CallOptions,
): Promise<Response | undefined> {
  const headers: Record<string, string> = { ...given };
  if (secret.value !== undefined) headers['authorization'] = `Bearer ${secret.value}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const isChange = method !== 'GET';
  if (isChange) openChanges += 1;
  try {
    return await fetch(new URL(path, API), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return undefined;
  } finally {
    if (isChange) openChanges -= 1;
  }
}

function secondsOf({ headers }: Response): number {
  const given = Number(headers.get('retry-after') ?? DEFAULT_WAIT_SECONDS);
  return Math.min(Number.isFinite(given) ? given : DEFAULT_WAIT_SECONDS, LONGEST_WAIT_SECONDS);
}

function noAnswer(): ApiFailure {
  const none = { status: 0, code: undefined, requestId: undefined };
  return new ApiFailure('The server does not answer.', none);
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const { status } = response;
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { message?: string; code?: string | null } }
    | undefined;
  return new ApiFailure(body?.error?.message ?? `The server answered with status ${status}.`, {
    status,
    code: body?.error?.code ?? undefined,
    requestId: requestIdOf(response),
  });
}

function requestIdOf({ headers }: Response): string | undefined {
  return headers.get('x-request-id') ?? undefined;
}

/** Returns any error as a failure that a page can show. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const none = { status: 0, code: 'console_error', requestId: undefined };
  return new ApiFailure(error instanceof Error ? error.message : String(error), none);
}
