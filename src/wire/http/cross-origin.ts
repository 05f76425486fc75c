import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers that the official clients send, for which a browser therefore needs permission. */
const CLIENT_HEADERS = [
  'api-key',
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'x-colloquy-fingerprint',
  'openai-organization',
  'openai-project',
  'x-request-id',
  ...[
    'arch',
    'async',
    'helper-method',
    'lang',
    'os',
    'package-version',
    'raw-response',
    'retry-count',
    'runtime',
    'runtime-version',
    'timeout',
  ].map((name) => `x-stainless-${name}`),
];

/** Sets the headers of cross-origin calls. Resolves with true when it has answered a preflight. */
export type CrossOrigin = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** Returns the rules for pages of the given origins; `undefined` without origins. */
export async function crossOriginRules(
  origins: readonly string[],
): Promise<CrossOrigin | undefined> {
  if (origins.length === 0) return undefined;
  // Imported on use: loading it delays the start of every server.
  const { default: cors } = await import('cors');
  const apply = cors({
    origin: [...origins],
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: CLIENT_HEADERS,
    exposedHeaders: ['etag', 'x-request-id', 'retry-after', 'idempotent-replayed'],
    maxAge: 600,
  });
  return (request, response) =>
    new Promise((resolve) => {
      apply(request, response, () => resolve(false));
      if (response.writableEnded) resolve(true);
    });
}
