import { describe, expect, test } from 'vitest';
import { apiError } from '../../contract/errors/registry.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { rawErrorResponse, toApiError, unreadableRequest } from './error-response.ts';

describe('toApiError', () => {
  test('A database out of reach is a 503 that allows a retry and keeps its cause', () => {
    const cause = new StoreUnavailableError('locked', 'database is locked');
    const error = toApiError(cause, 'req_1');
    expect(error).toMatchObject({ status: 503, type: 'server_error', retryAfterSeconds: 1, cause });
  });

  test('An unforeseen error is a 500 that contains its request id and nothing else', () => {
    const error = toApiError(new Error('secret detail'), 'req_1');
    expect(error).toMatchObject({ status: 500, type: 'server_error' });
    expect(error.message).toContain('under request id req_1.');
    expect(error.message).not.toContain('secret');
  });

  test('An error of the registry is returned unchanged', () => {
    const error = apiError('invalid_item');
    expect(toApiError(error, 'req_1')).toBe(error);
  });
});

describe('rawErrorResponse', () => {
  test.each([
    ['HPE_HEADER_OVERFLOW', 431],
    ['ERR_HTTP_REQUEST_TIMEOUT', 408],
    ['HPE_INVALID_METHOD', 400],
    [undefined, 400],
  ])('The parser code %s is answered with %i and closes the connection', (code, status) => {
    const [head = '', body = ''] = rawErrorResponse(unreadableRequest(code)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('connection: close');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});
