import { echo, invalidRequest } from './definition.ts';

/** Errors of a request's body before its fields are looked at: size, encoding and JSON. */
export const BODY_ERRORS = {
  body_too_large: invalidRequest({
    status: 413,
    code: 'request_too_large',
    message: (d: { limit: number }) => `Request body too large. The limit is ${d.limit} bytes.`,
    cause: 'The body has more bytes than `--max-body-bytes`.',
    fix: 'Send the items in several requests, or raise the setting.',
  }),
  unsupported_media_type: invalidRequest({
    status: 415,
    code: 'unsupported_media_type',
    message: (d: { found: string }) =>
      `Unsupported content type '${echo(d.found)}'. Send the body as 'application/json'.`,
    cause: 'The `content-type` of the body is absent or not `application/json`.',
    fix: 'Send `content-type: application/json`.',
  }),
  unsupported_encoding: invalidRequest({
    status: 415,
    code: 'unsupported_content_encoding',
    message: (d: { found: string }) =>
      `Unsupported content encoding '${echo(d.found)}'. Send the body as one of 'gzip', 'deflate', 'br', and 'zstd', or uncompressed.`,
    cause: 'The body is compressed in another way than the sentence lists, or more than once.',
    fix: 'Send it uncompressed, without `content-encoding`, or in one of these encodings.',
  }),
  undecodable_body: invalidRequest({
    status: 400,
    code: 'invalid_content_encoding',
    message: (d: { encoding: string }) =>
      `Invalid body: it is not valid '${echo(d.encoding)}', or ends early.`,
    cause:
      'The bytes of the body are not in its `content-encoding`, some are missing, or zstd needs a window of more than 32 MiB.',
    fix: 'Compress the body as a whole, zstd without `--long`, and let no proxy change it.',
  }),
  invalid_json: invalidRequest({
    status: 400,
    code: 'invalid_json',
    message: () =>
      'Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors include trailing commas, missing closing brackets, missing quotation marks, etc.)',
    cause: 'The body is not JSON, or not UTF-8.',
    fix: 'Look for trailing commas, missing brackets, and text in another encoding.',
  }),
  invalid_body_type: invalidRequest({
    status: 400,
    code: 'invalid_type',
    message: (d: { found: string }) =>
      `Invalid type for the request body: expected an object, but got ${d.found} instead.`,
    cause: 'The body is JSON, but not an object.',
    fix: 'Send an object, such as `{"items": []}`.',
  }),
  nesting_too_deep: invalidRequest({
    status: 400,
    code: 'nesting_too_deep',
    message: (d: { limit: number }) =>
      `Invalid body: nested too deep. Expected at most ${d.limit} levels of arrays and objects.`,
    cause: 'The body nests arrays and objects deeper than `--max-nesting`.',
    fix: 'Send deep structures as text, as arguments of tools are, or raise the setting.',
  }),
  too_many_keys: invalidRequest({
    status: 400,
    code: 'too_many_keys',
    message: (d: { limit: number }) =>
      `Invalid body: too many keys. Expected at most ${d.limit} in one object.`,
    cause: 'An object of the body has more keys than any object may.',
    fix: 'Use an array.',
  }),
  too_many_containers: invalidRequest({
    status: 400,
    code: 'too_many_containers',
    message: (d: { limit: number }) =>
      `Invalid body: too many arrays and objects. Expected at most ${d.limit} in one body.`,
    cause: 'The arrays and objects of the body would take too much memory.',
    fix: 'Send the data as text, or in several requests.',
  }),
  number_out_of_range: invalidRequest({
    status: 400,
    code: 'number_out_of_range',
    message: () =>
      'Invalid body: a number is too large. Numbers are 64-bit IEEE 754 floating point.',
    cause: 'A number of the body is beyond the range of 64-bit floating point numbers.',
    fix: 'Send it as text.',
  }),
};
