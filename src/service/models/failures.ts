/** Failures of model servers, as callers see them. */

import { apiError, type ApiError } from '../../contract/errors/registry.ts';
import { ModelServerError } from '../../model/failure.ts';
import type { ModelFailure } from '../../model/port.ts';

const RETRY_AFTER_S = 1;

/** Returns the error of a rejected call to a model server that is about no model in particular. */
export function modelServerError(error: unknown): unknown {
  return error instanceof ModelServerError ? failureError(error.failure, { model: '' }) : error;
}

interface FailedRequest {
  readonly model: string;
  /** Turns a path in what the model is shown into one of the request. */
  readonly requestPath?: (path: string) => string;
}

/**
 * Returns the error for a failure of a model server. Its cause, which the log has in its place, is without the server's
 * own text: that may repeat the request.
 */
export function failureError(
  failure: ModelFailure,
  { model, requestPath = (path) => path }: FailedRequest,
): ApiError {
  const { message: reason } = failure;
  const cause = loggedError(failure);
  switch (failure.kind) {
    case 'unreachable':
    case 'timeout_first_byte':
      return apiError('model_server_unavailable', { reason, seconds: RETRY_AFTER_S }, cause);
    case 'idle_timeout':
    case 'malformed':
    case 'cut':
    case 'too_large':
    case 'reported':
      return apiError('model_server_failed', { reason }, cause);
    case 'context_length_exceeded':
      return apiError('context_length_exceeded', { reason });
    case 'model_not_found':
      return apiError('model_not_found', { model });
    case 'unsupported':
      return apiError('unsupported_by_model_server', { param: requestPath(failure.param), reason });
    case 'refused':
      return refusalError(failure, cause);
  }
}

function refusalError(failure: Extract<ModelFailure, { kind: 'refused' }>, cause: Error): ApiError {
  const { status, message: reason, retryAfterSeconds: seconds = RETRY_AFTER_S } = failure;
  if (status === 401 || status === 403)
    return apiError('model_server_credentials', undefined, cause);
  if (status === 429) return apiError('model_server_busy', { seconds, reason });
  if (status === 503) return apiError('model_server_unavailable', { seconds, reason }, cause);
  // The text of such an answer is about the model server's own trouble, or repeats the request.
  if (status >= 500) {
    return apiError('model_server_failed', { reason: `it answered ${status}` }, cause);
  }
  return apiError('model_server_refusal', { status, reason });
}

/** Returns a failure as the log may have it. */
function loggedError(failure: ModelFailure): Error {
  if (!('code' in failure)) return new Error(failure.message);
  const status = 'status' in failure ? failure.status : undefined;
  return new Error(
    status === undefined
      ? `the model server reported an error (${failure.kind})`
      : `the model server answered with status ${status} (${failure.kind})`,
  );
}

export type ResponseFailure = {
  readonly code: 'server_error' | 'rate_limit_exceeded' | 'invalid_prompt';
  readonly message: string;
};

/** Returns an error as the `error` of a failed response has it. */
export function responseFailure({ kind, message }: ApiError): ResponseFailure {
  if (kind === 'model_server_busy') return { code: 'rate_limit_exceeded', message };
  if (kind === 'context_length_exceeded') return { code: 'invalid_prompt', message };
  return { code: 'server_error', message };
}
