import type { ErrorKind } from '../../src/contract/errors/registry.ts';

interface Explanation {
  readonly cause: string;
  readonly fix: string;
}

/** Why a caller gets an error, and what to do: one entry for each in the table of `src/contract/errors/registry.ts`. */
export const API_ERROR_EXPLANATIONS: Readonly<Record<ErrorKind, Explanation>> = {
  conversation_not_found: {
    cause:
      'There is no such conversation, or it was deleted, or this caller may not do this to it: the answers are the same on purpose.',
    fix: 'Check the id and the key that the request was sent with. The operator learns which rule decided with `colloquy policy check`.',
  },
  item_not_found: {
    cause: 'The conversation has no item with this id, or it was deleted.',
    fix: 'List the items of the conversation. An item that another conversation has is not in this one.',
  },
  referenced_item_not_found: {
    cause:
      'An `item_reference` names an item that is stored nowhere, or only where this caller may not read.',
    fix: 'Post the item itself, or the id of one that the caller can read.',
  },
  cursor_not_found: {
    cause: 'The id in `after` is no item of this conversation, or no longer.',
    fix: 'Begin again without `after`, or go on behind an item that is still there.',
  },
  conversation_cursor_not_found: {
    cause:
      'The id in `after` or `before` is no conversation that this caller may read, or no longer.',
    fix: 'Begin the list again without it.',
  },
  mutually_exclusive_parameters: {
    cause: 'A list was asked for with both `after` and `before`.',
    fix: 'Send one of them.',
  },
  url_not_found: {
    cause:
      'The server has no such path, or not with this method. Often the base URL lacks `/v1` or has it twice.',
    fix: 'Use the base URL that the server prints at start; `/openapi.json` lists the paths.',
  },
  malformed_url: {
    cause: 'A `%` in the path is not followed by two hex digits, or they are not UTF-8.',
    fix: 'Encode what is put into a path, as `encodeURIComponent` does.',
  },
  malformed_request: {
    cause:
      'What arrived was not HTTP, had no `Host` header, or the connection ended before the body did.',
    fix: 'Send it again. Where it comes back, look at what stands between the client and the server.',
  },
  request_timeout: {
    cause: 'The request took longer to arrive than `--request-timeout` allows.',
    fix: 'Send it again; for slow lines raise the setting.',
  },
  headers_too_large: {
    cause: 'The URL and the headers together are larger than 16 KiB.',
    fix: 'Send fewer cookies and headers, and a shorter query.',
  },
  host_not_allowed: {
    cause:
      'The server has no authentication, or takes identity headers without a secret, so it answers only to names of this machine. That keeps web pages away which point a name of theirs at it.',
    fix: 'Ask for `127.0.0.1` or `localhost`, or switch authentication on ([access.md](access.md)).',
  },
  repeated_header: {
    cause: 'A header that says who is asking came twice.',
    fix: "Have the gateway remove these headers from its callers' requests before it sets its own.",
  },
  origin_not_allowed: {
    cause:
      'A web page of another origin called a server that is open to this machine without credentials.',
    fix: 'Name the origin in `--cors-origins`.',
  },
  missing_credentials: {
    cause:
      'The server asks for credentials, and the request had none. The sentence is that of OpenAI; keys from there are not what is meant.',
    fix: "Give the client one of this server's keys (`colloquy keys create`) as its API key, or the token or the headers that [access.md](access.md) describes.",
  },
  wrong_credentials: {
    cause: 'The key or token is unknown, expired, revoked or not for this server.',
    fix: 'Use one that `colloquy keys list` shows as valid. For tokens compare issuer, audience and clock; the log at `--log-level debug` has the reason.',
  },
  authentication_unavailable: {
    cause: "The token's issuer, which has the keys to check it, cannot be reached.",
    fix: 'Retry. The operator looks whether the server reaches the issuer.',
  },
  too_many_requests: {
    cause:
      'More requests in a minute than `--rate-limit-per-address` or `--rate-limit-per-principal` allows.',
    fix: 'Wait for as long as `retry-after` says. Official clients do so by themselves.',
  },
  create_forbidden: {
    cause: 'No rule of the policy lets this caller create conversations.',
    fix: 'The operator adds `create` to a rule ([access.md](access.md)).',
  },
  body_too_large: {
    cause: 'The body has more bytes than `--max-body-bytes`.',
    fix: 'Send the items in several requests, or raise the setting.',
  },
  unsupported_media_type: {
    cause: 'A body came with another `content-type` than `application/json`, or without one.',
    fix: 'Send `content-type: application/json`.',
  },
  unsupported_encoding: {
    cause: 'The body is compressed.',
    fix: 'Send it as it is, without `content-encoding`.',
  },
  invalid_json: {
    cause: 'The body is not JSON, or not UTF-8.',
    fix: 'Look for trailing commas, missing brackets, and text in another encoding.',
  },
  nesting_too_deep: {
    cause: 'Arrays and objects of the body stand inside each other deeper than `--max-nesting`.',
    fix: 'Send deep structures as text, as arguments of tools are, or raise the setting.',
  },
  too_many_keys: {
    cause: 'An object of the body has more keys than any object may.',
    fix: 'Use an array.',
  },
  expectation_failed: {
    cause: 'The request had an `Expect` header with something else than `100-continue`.',
    fix: 'Leave the header out.',
  },
  number_out_of_range: {
    cause: 'A number of the body is beyond what a 64-bit floating point number can be.',
    fix: 'Send it as text.',
  },
  missing_required_parameter: {
    cause: 'A field that this body or item needs is absent.',
    fix: 'Add the field that `param` names. Items of hosted tools need their `id`.',
  },
  unknown_parameter: {
    cause:
      'The query or the body has a name that the operation does not know. The question is left out where no known name is near.',
    fix: 'Correct the name, or leave it out. Unknown fields inside items are kept and no error.',
  },
  invalid_type: {
    cause: 'A value is of another JSON type than the field has.',
    fix: 'Send what the sentence expects at the place that `param` names.',
  },
  invalid_body_type: {
    cause: 'The body is JSON, and no object.',
    fix: 'Send an object, such as `{"items": []}`.',
  },
  invalid_value: {
    cause: 'A value is none of those that the field takes; often an item type or a role.',
    fix: 'Use one of those that the sentence lists.',
  },
  wrong_id_prefix: {
    cause: "An item's id does not begin as ids of its type do.",
    fix: 'Bring an id with this prefix, or leave the id out where the type allows it; the server then makes one.',
  },
  wrong_id_characters: {
    cause: "An item's id has other characters than letters, digits, `_` and `-`.",
    fix: 'Bring another id, or none.',
  },
  string_above_max_length: {
    cause: 'A text is longer than the field may be, in code points.',
    fix: 'Shorten it; [compatibility.md](compatibility.md#limits) has the limits.',
  },
  empty_string: {
    cause: 'A text that must say something is empty.',
    fix: 'Send at least one character, or leave an optional field out.',
  },
  array_above_max_length: {
    cause: 'A list has too many entries; for `items` more than `--max-items-per-request`.',
    fix: 'Send several requests, or raise the setting.',
  },
  object_above_max_properties: {
    cause: 'A map has too many entries; for `metadata` more than 16.',
    fix: 'Join some of them, or keep them elsewhere.',
  },
  property_name_above_max_length: {
    cause: 'A key of `metadata` is longer than 64 characters.',
    fix: 'Shorten it.',
  },
  integer_below_min_value: {
    cause: 'A number is too small, such as a `limit` of 0.',
    fix: 'Send at least what the sentence says.',
  },
  integer_above_max_value: {
    cause: 'A number is too large, such as a `limit` above `--max-page-size`.',
    fix: 'Ask for smaller pages and follow `has_more`, or raise the setting.',
  },
  item_already_in_conversation: {
    cause:
      'An id that was posted is in this conversation already, or twice in the request. Nothing was stored. After a lost answer it says that the first attempt was stored.',
    fix: 'Leave out what is there already.',
  },
  invalid_item: {
    cause: 'A `reasoning` item has neither an id nor `encrypted_content`.',
    fix: 'Send one of the two.',
  },
  store_unavailable: {
    cause:
      'The database is full, locked, out of reach or too busy. Whether a write was stored is not known in rare cases; see [scaling.md](scaling.md#when-the-database-goes-away).',
    fix: "Retry after `retry-after`. The operator finds the reason in the server's log.",
  },
  not_ready: {
    cause: '`/ready` was asked while the database does not answer, or the server is about to stop.',
    fix: 'Send requests elsewhere until it answers 200.',
  },
  internal: {
    cause: 'A fault of the server.',
    fix: 'Look for the request id in its log, and report what stands there.',
  },
};
