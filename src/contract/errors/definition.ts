/** Form of an error's definition, and the wording that several sentences share. */

/** One kind of error: the answer that a caller gets, and its explanation in `docs/errors.md`. */
export interface ErrorDefinition<Detail> {
  readonly status: number;
  /** Returns the status of an error that passes another server's on; `status` is then the usual one. */
  readonly statusOf?: (detail: Detail) => number;
  /** OpenAI's `type`. */
  readonly type: 'invalid_request_error' | 'server_error' | 'requests' | 'external_connector_error';
  /** OpenAI's `code`; null where OpenAI sends none. */
  readonly code: string | null;
  /** Returns the sentence. It is OpenAI's own wherever that is known. */
  readonly message: (detail: Detail) => string;
  /** Returns the name of the parameter at fault; null in the answer when absent. */
  readonly param?: (detail: Detail) => string;
  /** Returns the methods that the path has, for the `allow` header. */
  readonly allow?: (detail: Detail) => readonly string[];
  /** Returns the seconds after which a retry makes sense, for the `retry-after` header. */
  readonly retryAfterSeconds?: (detail: Detail) => number;
  /** Reasons for the error, as Markdown. */
  readonly cause: string;
  /** Advice to the caller or the operator, as Markdown. */
  readonly fix: string;
}

/** Table of one domain's errors, by kind. */
export type ErrorTable = Readonly<Record<string, ErrorDefinition<never>>>;

type Define = <Detail>(
  definition: Omit<ErrorDefinition<Detail>, 'type'>,
) => ErrorDefinition<Detail>;

function ofType(type: ErrorDefinition<never>['type']): Define {
  return (definition) => ({ type, ...definition });
}

/** Defines an error of the request. */
export const invalidRequest = ofType('invalid_request_error');
/** Defines an error of the server. */
export const serverError = ofType('server_error');
/** Defines an error of too many requests. */
export const rateLimited = ofType('requests');

/** Defines an error of a server that a request has named. */
export const connectorError = ofType('external_connector_error');

const MAX_ECHO_LENGTH = 200;

/** Returns a caller's value as an error repeats it: whole when short, cut when long. */
export function echo(value: string): string {
  return value.length <= MAX_ECHO_LENGTH ? value : `${value.slice(0, MAX_ECHO_LENGTH)}...`;
}

/** Returns `'a'`, `'a' and 'b'`, or `'a', 'b', and 'c'`. */
export function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? '';
  if (quoted.length === 0) return last;
  return quoted.length === 1 ? `${quoted[0]} and ${last}` : `${quoted.join(', ')}, and ${last}`;
}

/** Shortens a long name as OpenAI does: the first three characters, dots, the last three. */
export function elided(name: string): string {
  return `${name.slice(0, 3)}...${name.slice(-3)}`;
}
