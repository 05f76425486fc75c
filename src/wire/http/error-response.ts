import { STATUS_CODES } from 'node:http';
import { ApiError, apiError } from '../../contract/errors/registry.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import type { StopReason } from '../../observe/observer.ts';

/** Returns the JSON of OpenAI's error envelope, always with all four keys. */
export function errorJson({ message, type, param, code }: ApiError): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** Turns anything thrown into an entry of the table. An unforeseen error is a 500 that contains only the request's id. */
export function toApiError(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  return error instanceof StoreUnavailableError
    ? apiError('store_unavailable', undefined, error)
    : apiError('internal', { requestId }, error);
}

/** Returns the error of a call that was stopped while its client waits. */
export function stopError(reason: Exclude<StopReason, 'client_gone'>): ApiError {
  return reason === 'deadline'
    ? apiError('deadline_exceeded')
    : apiError('not_ready', { reasons: ['it is about to stop'] });
}

/** Returns the error for a code of Node's HTTP parser. */
export function unreadableRequest(code: string | undefined): ApiError {
  return apiError(RAW_ERRORS[code ?? ''] ?? 'malformed_request');
}

/** Returns an answer as raw HTTP, for bytes that never become a request. */
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
