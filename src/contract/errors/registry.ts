/** The closed registry of every error that a caller can meet. */

import { ACCESS_ERRORS } from './access.ts';
import { AVAILABILITY_ERRORS } from './availability.ts';
import { BODY_ERRORS } from './body.ts';
import { BRANCH_ERRORS } from './branches.ts';
import { CONVERSATION_ERRORS } from './conversations.ts';
import { echo, type ErrorDefinition, type ErrorTable } from './definition.ts';
import { FEED_ERRORS } from './feed.ts';
import { HTTP_ERRORS } from './http.ts';
import { IDEMPOTENCY_ERRORS } from './idempotency.ts';
import { MODEL_SERVER_ERRORS } from './model-servers.ts';
import { RESPONSE_ERRORS } from './responses.ts';
import { RETENTION_ERRORS } from './retention.ts';
import { SEARCH_ERRORS } from './search.ts';
import { TOOL_ERRORS } from './tools.ts';
import { VALUE_ERRORS } from './values.ts';

/** Tables in which no kind may be one of an earlier table: the compiler names a kind that is. */
type Disjoint<Tables, Earlier = unknown> = Tables extends readonly [infer First, ...infer Rest]
  ? [First & { readonly [Kind in keyof Earlier]?: never }, ...Disjoint<Rest, Earlier & First>]
  : [];

type Joined<Tables> = Tables extends readonly [infer First, ...infer Rest]
  ? First & Joined<Rest>
  : unknown;

function joinTables<Tables extends readonly ErrorTable[]>(
  ...tables: Tables & Disjoint<Tables>
): Joined<Tables> {
  // Sound: the object has the keys of all tables, and no table has a key of another.
  return Object.assign({}, ...tables) as Joined<Tables>;
}

const DEFINITIONS = joinTables(
  HTTP_ERRORS,
  BODY_ERRORS,
  VALUE_ERRORS,
  CONVERSATION_ERRORS,
  RETENTION_ERRORS,
  BRANCH_ERRORS,
  SEARCH_ERRORS,
  RESPONSE_ERRORS,
  IDEMPOTENCY_ERRORS,
  TOOL_ERRORS,
  MODEL_SERVER_ERRORS,
  FEED_ERRORS,
  ACCESS_ERRORS,
  AVAILABILITY_ERRORS,
);

/** Name of an error. The log, the metrics and `docs/errors.md` use it. */
export type ErrorKind = keyof typeof DEFINITIONS;

/** Returns all kinds, in the order of the tables. */
export function errorKinds(): readonly ErrorKind[] {
  // Sound: the type of the joined tables lists exactly these keys.
  return Object.keys(DEFINITIONS) as ErrorKind[];
}

/** Returns the usual status of an error and its explanation, as Markdown for `docs/errors.md`. */
export function explanationOf(
  kind: ErrorKind,
): Pick<ErrorDefinition<never>, 'status' | 'cause' | 'fix'> {
  return DEFINITIONS[kind];
}

type DetailOf<Kind extends ErrorKind> = Parameters<(typeof DEFINITIONS)[Kind]['message']>[0];

/** An error for the caller: one entry of the registry, filled in. `cause` never leaves the process. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ErrorKind;
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(
    kind: ErrorKind,
    definition: Pick<ErrorDefinition<never>, 'type' | 'code'>,
    text: Pick<ApiError, 'status' | 'message' | 'param' | 'retryAfterSeconds' | 'allow'>,
    cause?: unknown,
  ) {
    super(text.message, { cause });
    this.kind = kind;
    this.status = text.status;
    this.type = definition.type;
    this.code = definition.code;
    this.param = text.param;
    this.retryAfterSeconds = text.retryAfterSeconds;
    this.allow = text.allow;
  }
}

/** Makes the error `kind` with the values that its sentence needs. The caller throws it. */
export function apiError<Kind extends ErrorKind>(
  kind: Kind,
  ...[detail, cause]: unknown extends DetailOf<Kind>
    ? [detail?: undefined, cause?: unknown]
    : [detail: DetailOf<Kind>, cause?: unknown]
): ApiError {
  // Sound: `kind` picks the definition that takes exactly this detail; the compiler cannot follow the union.
  const definition = DEFINITIONS[kind] as ErrorDefinition<typeof detail>;
  const param = definition.param?.(detail);
  const text = {
    status: definition.statusOf?.(detail) ?? definition.status,
    message: definition.message(detail),
    param: param === undefined ? null : echo(param),
    retryAfterSeconds: definition.retryAfterSeconds?.(detail),
    allow: definition.allow?.(detail),
  };
  return new ApiError(kind, definition, text, cause);
}
