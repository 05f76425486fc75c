import { rateLimited, serverError } from './definition.ts';

/** Errors of a server that cannot take the request now. */
export const AVAILABILITY_ERRORS = {
  too_many_requests: rateLimited({
    status: 429,
    code: 'rate_limit_exceeded',
    message: (d: { seconds: number }) => `Rate limit reached. Please try again in ${d.seconds}s.`,
    retryAfterSeconds: (d) => d.seconds,
    cause:
      'More requests in a minute than `--rate-limit-per-address` or `--rate-limit-per-principal` allows.',
    fix: 'Wait for the seconds in `retry-after`. Official clients do so by themselves.',
  }),
  authentication_unavailable: serverError({
    status: 503,
    code: 'authentication_unavailable',
    message: () => 'Your credentials cannot be checked right now. Please retry in a few seconds.',
    retryAfterSeconds: () => 2,
    cause: "The token's issuer, which has the keys to check it, cannot be reached.",
    fix: 'Retry. The operator checks that the server reaches the issuer.',
  }),
  store_unavailable: serverError({
    status: 503,
    code: 'store_unavailable',
    message: () => 'The database cannot take the request right now. Please retry in a few seconds.',
    retryAfterSeconds: () => 1,
    cause:
      'The database is full, locked, out of reach or too busy. In rare cases it is not known whether a write was stored; see [scaling.md](scaling.md#when-the-database-goes-away).',
    fix: "Retry after `retry-after`. The operator finds the reason in the server's log.",
  }),
  not_ready: serverError({
    status: 503,
    code: 'not_ready',
    message: (d: { reasons: readonly string[] }) =>
      `The server is not ready: ${d.reasons.join('; ')}.`,
    retryAfterSeconds: () => 1,
    cause:
      '`/ready` was called while the database does not answer, or the server is about to stop.',
    fix: 'Send requests elsewhere until it answers 200.',
  }),
  deadline_exceeded: serverError({
    status: 504,
    code: 'deadline_exceeded',
    message: () => 'The answer took longer than this server allows.',
    cause: 'A request whose answer may take long had no complete answer within an hour.',
    fix: 'Send a smaller request, or split it.',
  }),
  internal: serverError({
    status: 500,
    code: null,
    message: (d: { requestId: string }) =>
      `The server had an error while processing your request. Its log says why, under request id ${d.requestId}.`,
    cause: 'A fault of the server.',
    fix: 'Look for the request id in its log, and report the entry.',
  }),
};
