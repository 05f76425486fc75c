import { ApiError, apiError } from '../base/errors.ts';
import { StoreUnavailableError } from '../store/port.ts';

/** OpenAI's envelope, always with all four keys. */
export function errorJson({ message, type, param, code }: ApiError): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** What the framework's own refusals are called in our table. */
const FRAMEWORK_ERRORS: Readonly<Record<string, (context: ErrorContext) => ApiError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ({ bodyLimit }) => apiError('body_too_large', { limit: bodyLimit }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ({ contentType }) =>
    apiError('unsupported_media_type', { found: contentType }),
  FST_ERR_BAD_URL: ({ url }) => apiError('malformed_url', { url }),
  FST_ERR_MAX_PARAM_LENGTH: ({ method, url }) => apiError('url_not_found', { method, url }),
};

export interface ErrorContext {
  readonly method: string;
  readonly url: string;
  readonly contentType: string;
  readonly bodyLimit: number;
  readonly requestId: string;
}

/** Any thrown thing as an entry of the table. What nobody foresaw is a 500 that says only the request's id. */
export function toApiError(error: unknown, context: ErrorContext): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreUnavailableError)
    return apiError('store_unavailable', undefined, error);
  const known = FRAMEWORK_ERRORS[property(error, 'code')];
  if (known !== undefined) return known(context);
  // A body that ended early: the framework marks what the client did wrong with a 4xx status.
  const status = Number(property(error, 'statusCode'));
  return status >= 400 && status < 500
    ? apiError('malformed_request', undefined, error)
    : apiError('internal', { requestId: context.requestId }, error);
}

/** The answer, as raw HTTP, to what could not be read as HTTP at all. */
export function rawErrorResponse(code: string | undefined): string {
  const error = apiError(RAW_ERRORS[code ?? ''] ?? 'malformed_request');
  const body = errorJson(error);
  return [
    `HTTP/1.1 ${error.status} ${error.status === 400 ? 'Bad Request' : 'Error'}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

const RAW_ERRORS: Readonly<Record<string, 'headers_too_large' | 'request_timeout'>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

function property(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return '';
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}
