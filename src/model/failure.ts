import { isJsonObject, type JsonObject } from '../base/json-object.ts';
import { overflowFigures } from './overflow.ts';
import type { ModelFailure } from './port.ts';

/** A failure of a model server on its way to the event or the caller that reports it. */
export class ModelServerError extends Error {
  override readonly name = 'ModelServerError';
  readonly failure: ModelFailure;

  constructor(failure: ModelFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

type PlainKind = Extract<
  ModelFailure['kind'],
  'unreachable' | 'timeout_first_byte' | 'idle_timeout' | 'malformed' | 'cut' | 'too_large'
>;

/** Makes the error of a failure without further fields. */
export function failed(kind: PlainKind, message: string, cause?: unknown): ModelServerError {
  return new ModelServerError({ kind, message }, { cause });
}

/** Makes the error for a part of a request that the server cannot take. */
export function unsupported(param: string, message: string): ModelServerError {
  return new ModelServerError({ kind: 'unsupported', param, message });
}

const CONTEXT_CODES = new Set(['context_length_exceeded', 'exceed_context_size_error']);
const CONTEXT_MESSAGE =
  /context (?:length|size|window)|ContextWindowExceeded|maximum context|maximum model length|prompt is too long|longer than the model/i;
const MODEL_CODES = new Set(['model_not_found', 'no_such_model']);
const MODEL_MESSAGE =
  /\bmodel\b.*(?:not found|does not exist|not accessible)|invalid model name|no such model/i;

/** Makes the error for an answer whose status is not 2xx. `body` is its text, or the beginning of it. */
export function refusal(
  status: number,
  body: string,
  retryAfter: string | undefined,
): ModelServerError {
  const { message, code } = errorIn(parsedOrText(body));
  const said = message ?? plainText(body);
  const shown = said === '' ? `the model server answered with status ${status}` : said;
  return reportedFailure(shown, code, status, retryAfterSeconds(retryAfter));
}

/**
 * Returns the error that a body or an event of status 200 reports, or `undefined`. Servers send it as an object, as a
 * text, or flat with `object: "error"` or `type: "error"`.
 */
export function reportedError(value: JsonObject): ModelServerError | undefined {
  const { error = null, object, type } = value;
  const isError = error !== null || object === 'error' || type === 'error';
  return isError ? errorOf(value) : undefined;
}

/** Makes the error of a value that reports one in whatever shape. */
export function errorOf(value: unknown): ModelServerError {
  const { message, code } = errorIn(value);
  return reportedFailure(message ?? 'the model server reported an error', code);
}

function reportedFailure(
  text: string,
  code: string | undefined,
  status?: number,
  retryAfterSeconds?: number,
): ModelServerError {
  const details = { message: text, code, retryAfterSeconds };
  const isClientError = status === undefined || (status >= 400 && status < 500);
  if (
    isClientError &&
    ((code !== undefined && CONTEXT_CODES.has(code)) || CONTEXT_MESSAGE.test(text))
  ) {
    const figures = overflowFigures(text);
    return new ModelServerError({
      kind: 'context_length_exceeded',
      status,
      ...details,
      ...figures,
    });
  }
  if (
    isClientError &&
    ((code !== undefined && MODEL_CODES.has(code)) || MODEL_MESSAGE.test(text))
  ) {
    return new ModelServerError({ kind: 'model_not_found', status, ...details });
  }
  return new ModelServerError(
    status === undefined
      ? { kind: 'reported', ...details }
      : { kind: 'refused', status, ...details },
  );
}

/** Finds message and code in the shapes of errors that model servers use. */
function errorIn(value: unknown): { message: string | undefined; code: string | undefined } {
  if (!isJsonObject(value)) return { message: textOf(value), code: undefined };
  const error = value['error'] ?? value;
  if (!isJsonObject(error)) return { message: textOf(error), code: undefined };
  const message = textOf(error['message']) ?? textOf(error['detail']) ?? textOf(error['error']);
  const { code = null, type = null } = error;
  // A number repeats the status: then the type is the better code.
  const shown = [code, type].find(isName) ?? code;
  return {
    message,
    code: typeof shown === 'string' || typeof shown === 'number' ? String(shown) : undefined,
  };
}

function isName(code: unknown): boolean {
  return typeof code === 'string' && code !== 'error' && !/^\d+$/.test(code);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function parsedOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Returns a text that may be shown: not HTML, and not a document that JSON failed to parse. */
function plainText(body: string): string {
  const text = body.trim();
  return /^[<{[]/.test(text) ? '' : text;
}

/** Reads a header that holds seconds or a date. */
function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
