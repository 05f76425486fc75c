/**
 * Every error a caller can meet, in one closed table: our kind, HTTP status, OpenAI `type` and `code`,
 * and the sentence. The sentences are OpenAI's own wherever theirs are known.
 */

type Param = string | null;

interface ErrorText {
  readonly message: string;
  readonly param: Param;
  /** Seconds after which a retry makes sense; becomes the `retry-after` header. */
  readonly retryAfter?: number;
}

interface ErrorDefinition<Detail> {
  readonly status: number;
  readonly type: 'invalid_request_error' | 'server_error' | 'requests';
  readonly code: string | null;
  readonly text: (detail: Detail) => ErrorText;
}

type Define = <Detail>(
  status: number,
  code: string | null,
  text: (detail: Detail) => ErrorText,
) => ErrorDefinition<Detail>;

function ofType(type: ErrorDefinition<never>['type']): Define {
  return (status, code, text) => ({ status, type, code, text });
}

const invalid = ofType('invalid_request_error');
const server = ofType('server_error');
const limited = ofType('requests');

const LONGEST_ECHO = 200;

/** A caller's value as an error sentence repeats it: whole when short, cut when long. */
function echo(value: string): string {
  return value.length <= LONGEST_ECHO ? value : `${value.slice(0, LONGEST_ECHO)}...`;
}

/** `a`, `a and b`, `a, b, and c`, each in single quotes. */
function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? '';
  if (quoted.length === 0) return last;
  return quoted.length === 1 ? `${quoted[0]} and ${last}` : `${quoted.join(', ')}, and ${last}`;
}

/** Long names are elided the way OpenAI elides them: first three characters, dots, last three. */
function elided(name: string): string {
  return `${name.slice(0, 3)}...${name.slice(-3)}`;
}

const DEFINITIONS = {
  conversation_not_found: invalid(404, null, (d: { id: string }) => ({
    message: `Conversation with id '${echo(d.id)}' not found.`,
    param: null,
  })),
  item_not_found: invalid(404, null, (d: { id: string }) => ({
    message: `Item with id '${echo(d.id)}' not found in conversation.`,
    param: null,
  })),
  referenced_item_not_found: invalid(404, null, (d: { id: string }) => ({
    message: `Item with id '${echo(d.id)}' not found.`,
    param: null,
  })),
  cursor_not_found: invalid(404, null, (d: { id: string; param: string }) => ({
    message: `No item found with id '${echo(d.id)}'`,
    param: d.param,
  })),
  conversation_cursor_not_found: invalid(404, null, (d: { id: string; param: string }) => ({
    message: `Conversation with id '${echo(d.id)}' not found.`,
    param: d.param,
  })),
  mutually_exclusive_parameters: invalid(
    400,
    'mutually_exclusive_parameters',
    (d: { first: string; second: string }) => ({
      message: `Mutually exclusive parameters: '${d.first}' and '${d.second}'. Ensure you are only providing one of them.`,
      param: null,
    }),
  ),
  url_not_found: invalid(404, null, (d: { method: string; url: string }) => ({
    message: `Invalid URL (${d.method} ${echo(d.url)})`,
    param: null,
  })),
  malformed_url: invalid(400, null, (d: { url: string }) => ({
    message: `Invalid URL: '${echo(d.url)}' is not correctly percent-encoded.`,
    param: null,
  })),
  malformed_request: invalid(400, null, () => ({
    message: 'The request could not be read as HTTP, or its body ended early.',
    param: null,
  })),
  request_timeout: invalid(408, null, () => ({
    message: 'The request did not arrive in time.',
    param: null,
  })),
  headers_too_large: invalid(431, null, () => ({
    message: 'The request headers or the URL are too large.',
    param: null,
  })),
  host_not_allowed: invalid(403, 'host_not_allowed', (d: { host: string }) => ({
    message: `Host '${echo(d.host)}' is not served: without authentication this server answers only requests addressed to this machine (localhost, 127.0.0.1 or [::1]).`,
    param: null,
  })),
  repeated_header: invalid(400, 'repeated_header', (d: { name: string }) => ({
    message: `The header '${echo(d.name)}' may be given once only.`,
    param: null,
  })),
  origin_not_allowed: invalid(403, 'origin_not_allowed', (d: { origin: string }) => ({
    message: `Pages of '${echo(d.origin)}' may not call this server.`,
    param: null,
  })),
  missing_credentials: invalid(401, null, () => ({
    message:
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
    param: null,
  })),
  /** `shown` is the credential as far as it may be repeated. */
  wrong_credentials: invalid(401, 'invalid_api_key', (d: { shown: string }) => ({
    message: `Incorrect API key provided: ${d.shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    param: null,
  })),
  authentication_unavailable: server(503, 'authentication_unavailable', () => ({
    message: 'Your credentials cannot be checked right now. Please retry in a few seconds.',
    param: null,
    retryAfter: 2,
  })),
  too_many_requests: limited(429, 'rate_limit_exceeded', (d: { seconds: number }) => ({
    message: `Rate limit reached. Please try again in ${d.seconds}s.`,
    param: null,
    retryAfter: d.seconds,
  })),
  create_forbidden: invalid(403, 'access_denied', () => ({
    message: 'You may not create conversations here.',
    param: null,
  })),
  body_too_large: invalid(413, 'request_too_large', (d: { limit: number }) => ({
    message: `Request body too large. The limit is ${d.limit} bytes.`,
    param: null,
  })),
  unsupported_media_type: invalid(415, 'unsupported_media_type', (d: { found: string }) => ({
    message: `Unsupported content type '${echo(d.found)}'. Send the body as 'application/json'.`,
    param: null,
  })),
  unsupported_encoding: invalid(415, 'unsupported_content_encoding', (d: { found: string }) => ({
    message: `Unsupported content encoding '${echo(d.found)}'. Send the body uncompressed.`,
    param: null,
  })),
  invalid_json: invalid(400, 'invalid_json', () => ({
    message:
      'Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors include trailing commas, missing closing brackets, missing quotation marks, etc.)',
    param: null,
  })),
  nesting_too_deep: invalid(400, 'nesting_too_deep', (d: { limit: number }) => ({
    message: `Invalid body: nested too deep. Expected at most ${d.limit} levels of arrays and objects.`,
    param: null,
  })),
  too_many_keys: invalid(400, 'too_many_keys', (d: { limit: number }) => ({
    message: `Invalid body: too many keys. Expected at most ${d.limit} in one object.`,
    param: null,
  })),
  expectation_failed: invalid(417, null, () => ({
    message: "The server knows no expectation but '100-continue'.",
    param: null,
  })),
  number_out_of_range: invalid(400, 'number_out_of_range', () => ({
    message: 'Invalid body: a number is too large. Numbers are 64-bit IEEE 754 floating point.',
    param: null,
  })),
  missing_required_parameter: invalid(
    400,
    'missing_required_parameter',
    (d: { param: string }) => ({
      message: `Missing required parameter: '${echo(d.param)}'.`,
      param: d.param,
    }),
  ),
  unknown_parameter: invalid(
    400,
    'unknown_parameter',
    (d: { param: string; nearest?: string | undefined }) => ({
      message: `Unknown parameter: '${echo(d.param)}'.${
        d.nearest === undefined ? '' : ` Did you mean '${d.nearest}'?`
      }`,
      param: d.param,
    }),
  ),
  invalid_type: invalid(
    400,
    'invalid_type',
    (d: { param: string; expected: string; found: string }) => ({
      message: `Invalid type for '${echo(d.param)}': expected ${d.expected}, but got ${d.found} instead.`,
      param: d.param,
    }),
  ),
  invalid_body_type: invalid(400, 'invalid_type', (d: { found: string }) => ({
    message: `Invalid type for the request body: expected an object, but got ${d.found} instead.`,
    param: null,
  })),
  invalid_value: invalid(
    400,
    'invalid_value',
    (d: { param: string; value: string; supported: readonly string[] }) => ({
      message: `Invalid value: '${echo(d.value)}'. Supported values are: ${listed(d.supported)}.`,
      param: d.param,
    }),
  ),
  wrong_id_prefix: invalid(
    400,
    'invalid_value',
    (d: { param: string; value: string; prefix: string }) => ({
      message: `Invalid '${d.param}': '${echo(d.value)}'. Expected an ID that begins with '${d.prefix}'.`,
      param: d.param,
    }),
  ),
  wrong_id_characters: invalid(400, 'invalid_value', (d: { param: string; value: string }) => ({
    message: `Invalid '${d.param}': '${echo(d.value)}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.`,
    param: d.param,
  })),
  string_above_max_length: invalid(
    400,
    'string_above_max_length',
    (d: { param: string; limit: number; found: number }) => ({
      message: `Invalid '${echo(d.param)}': string too long. Expected a string with maximum length ${d.limit}, but got a string with length ${d.found} instead.`,
      param: d.param,
    }),
  ),
  empty_string: invalid(400, 'empty_string', (d: { param: string }) => ({
    message: `Invalid '${echo(d.param)}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
    param: d.param,
  })),
  array_above_max_length: invalid(
    400,
    'array_above_max_length',
    (d: { param: string; limit: number; found: number }) => ({
      message: `Invalid '${d.param}': array too long. Expected an array with maximum length ${d.limit}, but got an array with length ${d.found} instead.`,
      param: d.param,
    }),
  ),
  object_above_max_properties: invalid(
    400,
    'object_above_max_properties',
    (d: { param: string; limit: number; found: number }) => ({
      message: `Invalid '${d.param}': too many properties. Expected an object with at most ${d.limit} properties, but got an object with ${d.found} properties instead.`,
      param: d.param,
    }),
  ),
  property_name_above_max_length: invalid(
    400,
    'property_name_above_max_length',
    (d: { param: string; name: string; limit: number; found: number }) => ({
      message: `Invalid property name in '${d.param}': '${elided(d.name)}' is too long. Expected a string with maximum length ${d.limit}, but got a string with length ${d.found} instead.`,
      param: `${d.param}.${d.name}`,
    }),
  ),
  integer_below_min_value: invalid(
    400,
    'integer_below_min_value',
    (d: { param: string; limit: number; found: string }) => ({
      message: `Invalid '${d.param}': integer below minimum value. Expected a value >= ${d.limit}, but got ${echo(d.found)} instead.`,
      param: d.param,
    }),
  ),
  integer_above_max_value: invalid(
    400,
    'integer_above_max_value',
    (d: { param: string; limit: number; found: string }) => ({
      message: `Invalid '${d.param}': integer above maximum value. Expected a value <= ${d.limit}, but got ${echo(d.found)} instead.`,
      param: d.param,
    }),
  ),
  item_already_in_conversation: invalid(400, 'item_already_in_conversation', () => ({
    message: 'Item already in conversation',
    param: 'items',
  })),
  invalid_item: invalid(400, 'invalid_item', () => ({ message: 'Invalid item', param: 'item' })),
  store_unavailable: server(503, 'store_unavailable', () => ({
    message: 'The database cannot take the request right now. Please retry in a few seconds.',
    param: null,
    retryAfter: 1,
  })),
  not_ready: server(503, 'not_ready', (d: { reasons: readonly string[] }) => ({
    message: `The server is not ready: ${d.reasons.join('; ')}.`,
    param: null,
    retryAfter: 1,
  })),
  internal: server(500, null, (d: { requestId: string }) => ({
    message: `The server had an error while processing your request. Its log says why, under request id ${d.requestId}.`,
    param: null,
  })),
};

export type ErrorKind = keyof typeof DEFINITIONS;

/** All kinds, in the order of the table. */
export function errorKinds(): readonly ErrorKind[] {
  // Sound: the keys of an object literal are what its type says.
  return Object.keys(DEFINITIONS) as ErrorKind[];
}

type DetailOf<Kind extends ErrorKind> = Parameters<(typeof DEFINITIONS)[Kind]['text']>[0];

/** A failure that is the caller's to read: one entry of the table, filled in. `cause` never leaves the process. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ErrorKind;
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: Param;
  readonly retryAfter: number | undefined;

  constructor(
    kind: ErrorKind,
    definition: Omit<ErrorDefinition<never>, 'text'>,
    text: ErrorText,
    cause?: unknown,
  ) {
    super(text.message, { cause });
    this.kind = kind;
    this.status = definition.status;
    this.type = definition.type;
    this.code = definition.code;
    this.param = text.param === null ? null : echo(text.param);
    this.retryAfter = text.retryAfter;
  }
}

/** Builds the error `kind` with the values its sentence needs. The caller throws it. */
export function apiError<Kind extends ErrorKind>(
  kind: Kind,
  ...[detail, cause]: unknown extends DetailOf<Kind>
    ? [detail?: undefined, cause?: unknown]
    : [detail: DetailOf<Kind>, cause?: unknown]
): ApiError {
  // Sound: `kind` picks the definition whose text takes exactly this detail; the compiler cannot follow the union.
  const definition = DEFINITIONS[kind] as ErrorDefinition<typeof detail>;
  return new ApiError(kind, definition, definition.text(detail), cause);
}
