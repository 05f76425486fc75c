import { Type, type Static, type TSchema } from 'typebox';
import { nullable } from '../schema/schema.ts';
import { OutputItem } from './output-items.ts';
import { responseUsage, Usage, type TokenUsage } from './usage.ts';
import { ECHO_SCHEMAS, type ResponseEcho } from './parameters/table.ts';

const ResponseError = Type.Object(
  {
    code: Type.Enum(['server_error', 'rate_limit_exceeded', 'invalid_prompt']),
    message: Type.String(),
  },
  { title: 'ResponseError' },
);
const IncompleteReason = Type.Enum(['max_output_tokens', 'content_filter']);

/** The fields that do not repeat the request. */
const STATE_FIELDS = {
  id: Type.String(),
  object: Type.Literal('response'),
  created_at: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
  status: Type.Enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
  completed_at: nullable(Type.Integer({ description: 'Unix seconds', format: 'unixtime' })),
  conversation: Type.Optional(Type.Object({ id: Type.String() })),
  error: nullable(ResponseError),
  incomplete_details: nullable(Type.Object({ reason: IncompleteReason })),
  model: Type.String(),
  output: Type.Array(OutputItem),
  usage: nullable(Usage),
};
const State = Type.Object(STATE_FIELDS);

/** A response as it is served. `conversation` is absent outside of conversations. */
export type ResponseObject = Static<typeof State> & ResponseEcho;

/** The fields in the order of the JSON. */
const WIRE_ORDER = [
  'id',
  'object',
  'created_at',
  'status',
  'access_programs',
  'background',
  'completed_at',
  'conversation',
  'error',
  'frequency_penalty',
  'incomplete_details',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'model',
  'moderation',
  'output',
  'parallel_tool_calls',
  'presence_penalty',
  'previous_response_id',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'usage',
  'user',
  'metadata',
] as const satisfies readonly (keyof ResponseObject)[];

/** All fields in the wire's order. A field that the order lacks does not compile. */
function inWireOrder<Value>(
  fields: { readonly [Name in keyof ResponseObject]?: Value } & {
    readonly [Name in Exclude<keyof ResponseObject, (typeof WIRE_ORDER)[number]>]: never;
  },
): Record<string, Value> {
  const values: { readonly [Name in keyof ResponseObject]?: Value } = fields;
  const ordered: Record<string, Value> = {};
  for (const name of WIRE_ORDER) {
    const value = values[name];
    if (value !== undefined) ordered[name] = value;
  }
  return ordered;
}

/** The schemas of the fields, in the wire's order. */
export const RESPONSE_FIELDS = inWireOrder<TSchema>({ ...STATE_FIELDS, ...ECHO_SCHEMAS });

export const ResponseObject = Type.Unsafe<ResponseObject>(
  Type.Object(RESPONSE_FIELDS, { title: 'Response' }),
);

/** The state of a response, without its output. */
export type ResponseState = {
  readonly id: string;
  readonly model: string;
  readonly conversationId: string | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
} & ResponseOutcome;

type ResponseOutcome =
  | { readonly status: 'queued' | 'in_progress' }
  | ({
      readonly status: 'completed';
      /** Unix milliseconds. */
      readonly completedAt: number;
    } & Ended)
  | ({ readonly status: 'incomplete'; readonly reason: Static<typeof IncompleteReason> } & Ended)
  | ({ readonly status: 'failed'; readonly error: Static<typeof ResponseError> } & Ended)
  | ({ readonly status: 'cancelled' } & Ended);

interface Ended {
  /** Null if the model server sent no figures. */
  readonly usage: TokenUsage | null;
}

/** Returns the Response object of a state, in the wire's order. The output of a cancelled response is left out. */
export function responseObject(
  echo: ResponseEcho,
  state: ResponseState,
  output: readonly OutputItem[],
): ResponseObject {
  const { id, model, conversationId, status, createdAt } = state;
  const hasEnded = 'usage' in state;
  const usage = hasEnded ? state.usage : null;
  const fields: ResponseObject = {
    ...echo,
    id,
    object: 'response',
    created_at: seconds(createdAt),
    status,
    completed_at: status === 'completed' ? seconds(state.completedAt) : null,
    ...(conversationId !== undefined && { conversation: { id: conversationId } }),
    error: status === 'failed' ? state.error : null,
    incomplete_details: status === 'incomplete' ? { reason: state.reason } : null,
    model,
    output: status === 'cancelled' ? [] : [...output],
    usage: usage === null ? null : responseUsage(usage),
    service_tier: hasEnded && echo.service_tier === 'auto' ? 'default' : echo.service_tier,
  };
  // Sound: the same fields in another order.
  return inWireOrder<unknown>(fields) as ResponseObject;
}

/** Returns the JSON of a response whose output is stored as texts; the texts become part of it unparsed. */
export function responseJson(
  echo: ResponseEcho,
  state: ResponseState,
  output: readonly string[],
): string {
  return joined(responseObject(echo, state, []), state.status === 'cancelled' ? [] : output);
}

/** The parts of a served response that its stored fields lack. */
export interface ServedParts {
  /** JSON of each output item. */
  readonly output: readonly string[];
  /** JSON of a list of further output items. */
  readonly rest: string | null;
  /** Fields that are served as if they were empty. */
  readonly exclude?: readonly ('output' | 'instructions' | 'tools')[];
  /** JSON of the report; left out for none. */
  readonly report?: string | undefined;
}

/** Returns the JSON of a stored response, of which `data` has everything but the output. */
export function withOutput(data: string, parts: ServedParts): string {
  const { output, rest, exclude = [], report } = parts;
  // Sound: the store holds what `responseObject` made.
  const stored = JSON.parse(data) as ResponseObject;
  const response = {
    ...stored,
    ...(exclude.includes('instructions') && { instructions: null }),
    ...(exclude.includes('tools') && { tools: [] }),
  };
  const further = rest === null || rest === '[]' ? [] : [rest.slice(1, -1)];
  const items = exclude.includes('output') ? [] : [...output, ...further];
  return joined(response, items, report);
}

function joined(response: ResponseObject, output: readonly string[], report?: string): string {
  const fields = Object.entries(response).map(
    ([name, value]) =>
      `"${name}":${name === 'output' ? `[${output.join(',')}]` : JSON.stringify(value)}`,
  );
  const last = report === undefined ? [] : [`"report":${report}`];
  return `{${[...fields, ...last].join(',')}}`;
}

const MS_PER_SECOND = 1000;

function seconds(unixMs: number): number {
  return Math.floor(unixMs / MS_PER_SECOND);
}

export const ResponseDeleted = Type.Object(
  { id: Type.String(), object: Type.Literal('response'), deleted: Type.Literal(true) },
  { title: 'ResponseDeleted' },
);
export type ResponseDeleted = Static<typeof ResponseDeleted>;

/** Returns the answer to the deletion of a response. */
export function responseDeleted(id: string): ResponseDeleted {
  return { id, object: 'response', deleted: true };
}
