import { invalidRequest } from './definition.ts';

/** Name of the header with a request's key, as errors and documents have it. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** Errors of requests that a client may repeat. */
export const IDEMPOTENCY_ERRORS = {
  invalid_idempotency_key: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: () => `Invalid '${IDEMPOTENCY_KEY}': expected 1 to 255 visible ASCII characters.`,
    param: () => IDEMPOTENCY_KEY,
    cause: 'The header is empty, too long, or has a space or a character beyond ASCII.',
    fix: 'Send a random text such as a UUID.',
  }),
  invalid_fingerprint: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string }) =>
      `Invalid '${d.param}': expected 1 to 255 visible ASCII characters.`,
    param: (d) => d.param,
    cause: 'The header is empty, too long, or has a space or a character beyond ASCII.',
    fix: 'Send a digest of what the request means, such as a SHA-256 in hexadecimal digits.',
  }),
  idempotency_key_reused: invalidRequest({
    status: 400,
    code: 'idempotency_key_reused',
    message: () =>
      `The value of '${IDEMPOTENCY_KEY}' was used for another request. Send another value with every new request.`,
    param: () => IDEMPOTENCY_KEY,
    cause:
      'A request with another path or another body was carried out under this key in the last 24 hours, or is being carried out.',
    fix: 'Make a new key for each request. Repeat a request with the same key and the same body.',
  }),
};
