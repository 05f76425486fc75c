import { signal } from '@preact/signals';
import { secret, signInNeeded } from './session.ts';

/** Base URL of the API, next to the console wherever a proxy has put both. */
export const API = new URL('../v1/', document.baseURI);

const MOST_TRIES = 3;
const DEFAULT_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 60;

/** Seconds until a busy server is asked again; `undefined` when nothing waits. */
export const waitingSeconds = signal<number | undefined>(undefined);
/** Set while the server cannot be reached. */
export const unreachable = signal(false);

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
  readonly signal?: AbortSignal;
  /** The entity tag that the thing must still have. */
  readonly ifMatch?: string | undefined;
}

/** Calls the API. A busy server is asked three times, after the time that it names. Rejects with an `ApiFailure`. */
export async function call<Answer>(path: string, request: CallOptions = {}): Promise<Answer> {
  return (await (await answerTo(path, request)).json()) as Answer;
}

/** Calls the API as `call`, and returns the answer with its entity tag. */
export async function callTagged<Answer>(
  path: string,
): Promise<{ readonly answer: Answer; readonly tag: string | undefined }> {
  const response = await answerTo(path, {});
  const answer = (await response.json()) as Answer;
  return { answer, tag: response.headers.get('etag') ?? undefined };
}

async function answerTo(path: string, request: CallOptions): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await send(path, request);
    if (response.ok) return response;
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || tries === MOST_TRIES) throw await failureOf(response);
    await waitFor(response);
  }
}

/** Opens a stream of the API. Rejects with an `ApiFailure` when the server does not give it. */
export async function stream(
  path: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await send(path, { signal });
  if (!response.ok || response.body === null) throw await failureOf(response);
  return response.body;
}

async function send(
  path: string,
  { method = 'GET', body, signal, ifMatch }: CallOptions,
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (secret.value !== undefined) headers['authorization'] = `Bearer ${secret.value}`;
  if (ifMatch !== undefined) headers['if-match'] = ifMatch;
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await fetch(new URL(path, API), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    unreachable.value = false;
    return response;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    unreachable.value = true;
    const none = { status: 0, code: undefined, requestId: undefined };
    throw new ApiFailure('The server does not answer.', none);
  }
}

async function waitFor(response: Response): Promise<void> {
  const given = Number(response.headers.get('retry-after') ?? DEFAULT_WAIT_SECONDS);
  const seconds = Math.min(
    Number.isFinite(given) ? given : DEFAULT_WAIT_SECONDS,
    LONGEST_WAIT_SECONDS,
  );
  for (let left = Math.ceil(seconds); left > 0; left -= 1) {
    waitingSeconds.value = left;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  waitingSeconds.value = undefined;
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const { status, headers } = response;
  if (status === 401) signInNeeded.value = true;
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { message?: string; code?: string | null } }
    | undefined;
  return new ApiFailure(body?.error?.message ?? `The server answered with status ${status}.`, {
    status,
    code: body?.error?.code ?? undefined,
    requestId: headers.get('x-request-id') ?? undefined,
  });
}

/** Returns any error as a failure that a page can show. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const none = { status: 0, code: 'console_error', requestId: undefined };
  return new ApiFailure(error instanceof Error ? error.message : String(error), none);
}
