import { echo, invalidRequest } from './definition.ts';

/** Errors of a request's framing, headers and URL. */
export const HTTP_ERRORS = {
  url_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { method: string; url: string }) => `Invalid URL (${d.method} ${echo(d.url)})`,
    cause:
      'The server does not have this path, or not with this method. Often the base URL lacks `/v1` or has it twice.',
    fix: 'Use the base URL that the server prints at start; `/openapi.json` lists the paths.',
  }),
  method_not_allowed: invalidRequest({
    status: 405,
    code: 'method_not_supported',
    message: (d: { method: string; url: string; allowed: readonly string[] }) =>
      `Not allowed to ${echo(d.method)} on ${echo(d.url)}. (HINT: Perhaps you meant to use a different HTTP method?)`,
    allow: (d) => d.allowed,
    cause: 'The path exists, and not with this method.',
    fix: 'Use one of the methods in the header `allow`.',
  }),
  websocket_not_supported: invalidRequest({
    status: 426,
    code: 'websocket_not_supported',
    message: () => 'This server has no WebSockets. Send the request over HTTP.',
    cause: 'The client asked for a WebSocket, as Codex does before it uses HTTP.',
    fix: 'Nothing, if the client goes on with HTTP. Else turn WebSockets off in it.',
  }),
  console_not_built: invalidRequest({
    status: 404,
    code: 'console_not_built',
    message: () => 'The web console is not built. Run: npm run build',
    cause: 'The program runs from its sources, and the console was never built from them.',
    fix: 'Run `npm run build`, or start with `npm start`, which does so.',
  }),
  malformed_url: invalidRequest({
    status: 400,
    code: null,
    message: (d: { url: string }) =>
      `Invalid URL: '${echo(d.url)}' is not correctly percent-encoded.`,
    cause: 'A `%` in the path is not followed by two hex digits, or they are not UTF-8.',
    fix: 'Encode each value of a path, as `encodeURIComponent` does.',
  }),
  malformed_request: invalidRequest({
    status: 400,
    code: null,
    message: () => 'The request could not be read as HTTP, or its body ended early.',
    cause:
      'What arrived was not HTTP, had no `Host` header, or the connection ended before the body did.',
    fix: 'Send it again. If the error comes back, check the proxies between the client and the server.',
  }),
  request_timeout: invalidRequest({
    status: 408,
    code: null,
    message: () => 'The request did not arrive in time.',
    cause: 'The request took longer to arrive than `--request-timeout` allows.',
    fix: 'Send it again; raise the setting for slow connections.',
  }),
  headers_too_large: invalidRequest({
    status: 431,
    code: null,
    message: () => 'The request headers or the URL are too large.',
    cause: 'The URL and the headers together are larger than 16 KiB.',
    fix: 'Send fewer cookies and headers, and a shorter query.',
  }),
  expectation_failed: invalidRequest({
    status: 417,
    code: null,
    message: () => "The server knows no expectation but '100-continue'.",
    cause: 'The `Expect` header of the request is not `100-continue`.',
    fix: 'Leave the header out.',
  }),
};
