import { STATUS_CODES } from 'node:http';
import { ApiError, apiError } from '../../contract/errors/registry.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';

/** OpenAI's envelope, always with all four keys. */
export function errorJson({ message, type, param, code }: ApiError): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** Any thrown thing as an entry of the table. What nobody foresaw is a 500 that says only the request's id. */
export function toApiError(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  return error instanceof StoreUnavailableError
    ? apiError('store_unavailable', undefined, error)
    : apiError('internal', { requestId }, error);
}

/** What the code of Node's HTTP parser means. */
export function unreadableRequest(code: string | undefined): ApiError {
  return apiError(RAW_ERRORS[code ?? ''] ?? 'malformed_request');
}

/** The answer, as raw HTTP, to what never becomes a request. */
export function rawErrorResponse(error: ApiError): string {
  const body = errorJson(error);
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
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
