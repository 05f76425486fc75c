import { echo, invalidRequest } from './definition.ts';

/** Errors of credentials, origins and permissions. */
export const ACCESS_ERRORS = {
  missing_credentials: invalidRequest({
    status: 401,
    code: null,
    message: () =>
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
    cause:
      "The server needs credentials, and the request had none. The sentence is OpenAI's; keys from there are not what is meant.",
    fix: "Give the client one of this server's keys (`colloquy keys create`) as its API key, or the token or the headers that [access.md](access.md) describes.",
  }),
  wrong_credentials: invalidRequest({
    status: 401,
    code: 'invalid_api_key',
    /** `shown` is the part of the credential that may be repeated. */
    message: (d: { shown: string }) =>
      `Incorrect API key provided: ${d.shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    cause: 'The key or token is unknown, expired, revoked or not for this server.',
    fix: 'Use one that `colloquy keys list` shows as valid. For tokens compare issuer, audience and clock; the log at `--log-level debug` has the reason.',
  }),
  repeated_header: invalidRequest({
    status: 400,
    code: 'repeated_header',
    message: (d: { name: string }) => `The header '${echo(d.name)}' may be given once only.`,
    cause: 'A header that identifies the caller came twice.',
    fix: "Have the gateway remove these headers from its callers' requests before it sets its own.",
  }),
  host_not_allowed: invalidRequest({
    status: 403,
    code: 'host_not_allowed',
    message: (d: { host: string }) =>
      `Host '${echo(d.host)}' is not served: without authentication this server answers only requests addressed to this machine (localhost, 127.0.0.1 or [::1]).`,
    cause:
      'The server has no authentication, or takes identity headers without a secret, so it answers only to names of this machine. That keeps out web pages whose own name points at it.',
    fix: 'Use `127.0.0.1` or `localhost`, or switch authentication on ([access.md](access.md)).',
  }),
  origin_not_allowed: invalidRequest({
    status: 403,
    code: 'origin_not_allowed',
    message: (d: { origin: string }) => `Pages of '${echo(d.origin)}' may not call this server.`,
    cause:
      'A web page of another origin called a server that is open to this machine without credentials, or asked any server for a change.',
    fix: 'Name the origin in `--cors-origins`.',
  }),
  create_forbidden: invalidRequest({
    status: 403,
    code: 'access_denied',
    message: () => 'You may not create conversations here.',
    cause: 'No rule of the policy lets this caller create conversations.',
    fix: 'The operator adds `create` to a rule ([access.md](access.md)).',
  }),
};
