/** Turns the parsed JSON of a body into the input of an operation. Each function throws an `ApiError`. */

import type { JsonObject } from '../../base/json-object.ts';
import type { Metadata } from '../conversations/conversation.ts';
import { apiError } from '../errors/registry.ts';
import type { ItemContract } from '../items/contract.ts';
import type { Include } from '../items/include.ts';
import type { ParsedItem } from '../items/parse.ts';
import { bodyObject } from '../schema/body-object.ts';
import { fitting, validator } from '../schema/validate.ts';
import { generationParams, type GenerationParams } from './generation.ts';
import {
  echoOf,
  knownResponseBody,
  PARAMETERS,
  REFUSING,
  type ParameterSubset,
  type ResponseBody,
  type ResponseEcho,
} from './parameters/table.ts';
import { serverTools, type ServerTool } from './server-tools.ts';
import { serverChoice, type ServerChoice } from './tool-choice.ts';

/** A checked request for a response. */
export interface ResponseRequest {
  /** The model's name; `undefined` for the server's default. */
  readonly model: string | undefined;
  readonly input: readonly ParsedItem[];
  /** The conversation to continue; never together with `previousResponseId`. */
  readonly conversationId: string | undefined;
  readonly previousResponseId: string | undefined;
  readonly store: boolean;
  readonly stream: boolean;
  /** Compaction of a long context; `threshold` is in tokens. `undefined` if the context is not compacted. */
  readonly compaction: { readonly threshold: number | undefined } | undefined;
  /** Whether the response is made without the client. It is stored then. */
  readonly background: boolean;
  readonly include: readonly Include[];
  readonly metadata: Metadata;
  /** What goes to the model server besides model and items. */
  readonly generation: GenerationParams;
  /** The servers whose tools run here. */
  readonly serverTools: readonly ServerTool[];
  readonly serverChoice: ServerChoice | undefined;
  /** Most calls of tools that run here. */
  readonly maxToolCalls: number | undefined;
  /** The fields of the Response object that repeat the request. */
  readonly echo: ResponseEcho;
}

export interface ResponseRules {
  readonly maxInputItems: number;
  /** The parameters of an operation that does not take all of them. */
  readonly subset?: ParameterSubset;
  /** Names of parameters that OpenAI's service lacks, which go to the model server unchecked. */
  readonly passThrough?: readonly string[];
}

/** Returns a parser of the body that creates a response. */
export function responseParser(
  { parse }: Pick<ItemContract, 'parse'>,
  { maxInputItems, subset, passThrough = [] }: ResponseRules,
): (body: unknown) => ResponseRequest {
  const validate = validator(knownResponseBody(maxInputItems, subset));
  const extras = new Set(passThrough.filter((name) => !Object.hasOwn(PARAMETERS, name)));
  return (body) => {
    const [extra, sent] = split(bodyObject(body), extras);
    // Sound: the schema has the fields of the type; those that take fewer values are checked next.
    const checked = validate(sent, '') as ResponseBody;
    refuseUnsupported(checked);
    return { ...parsed(checked, parse), generation: generationParams(checked, extra) };
  };
}

/** Splits a body into the parameters with one of the names, and all others. */
function split(body: JsonObject, names: ReadonlySet<string>): readonly [JsonObject, JsonObject] {
  const entries = Object.entries(body);
  return [
    Object.fromEntries(entries.filter(([name]) => names.has(name))),
    Object.fromEntries(entries.filter(([name]) => !names.has(name))),
  ];
}

const SUPPORTED = REFUSING.map(([name, { schema }]) => [name, fitting(schema)] as const);

function refuseUnsupported(body: JsonObject): void {
  for (const [name, fit] of SUPPORTED) {
    const value = body[name];
    if (value !== undefined && fit(value) === undefined) {
      throw apiError('unsupported_parameter', { param: name });
    }
  }
}

function parsed(
  body: ResponseBody,
  parse: ItemContract['parse'],
): Omit<ResponseRequest, 'generation'> {
  const { conversation, previous_response_id: previous } = body;
  if (conversation !== undefined && previous !== undefined) {
    throw apiError('conversation_and_previous_response');
  }
  if (body.background === true && body.store === false) {
    throw apiError('background_not_stored');
  }
  const conversationId =
    typeof conversation === 'object'
      ? prefixed(conversation.id, 'conv', 'conversation.id')
      : prefixed(conversation, 'conv', 'conversation');
  const previousResponseId = prefixed(previous, 'resp', 'previous_response_id');
  const input = inputItems(body.input, parse);
  if (input.length === 0 && conversationId === undefined && previousResponseId === undefined) {
    throw apiError('missing_input');
  }
  const tools = serverTools(body.tools ?? []);
  if (body.background === true) assertStorable(tools);
  return {
    model: body.model,
    input,
    conversationId,
    previousResponseId,
    store: body.store ?? true,
    stream: body.stream ?? false,
    compaction: compactionOf(body.context_management),
    background: body.background ?? false,
    include: body.include ?? [],
    metadata: body.metadata ?? {},
    serverTools: tools,
    serverChoice: serverChoice(
      body.tool_choice,
      tools.flatMap((tool) => (tool.kind === 'mcp' ? [tool.label] : [])),
    ),
    maxToolCalls: body.max_tool_calls,
    echo: echoOf(body),
  };
}

function compactionOf(
  management: ResponseBody['context_management'] = [],
): ResponseRequest['compaction'] {
  const [entry] = management;
  return entry === undefined ? undefined : { threshold: entry.compact_threshold ?? undefined };
}

/** Throws for tools with what must not be stored: headers, and URLs, which may have secrets. */
function assertStorable(tools: readonly ServerTool[]): void {
  for (const tool of tools) {
    if (tool.kind !== 'mcp') continue;
    const { index, url, headers } = tool;
    if (url !== undefined || Object.keys(headers).length > 0) {
      throw apiError('mcp_in_background', { index });
    }
  }
}

function prefixed(id: string | undefined, prefix: string, param: string): string | undefined {
  if (id === undefined || id.startsWith(prefix)) return id;
  throw apiError('wrong_id_prefix', { param, value: id, prefix });
}

function inputItems(
  input: ResponseBody['input'],
  parse: ItemContract['parse'],
): readonly ParsedItem[] {
  if (input === undefined || input === '') return [];
  return typeof input === 'string'
    ? [parse({ type: 'message', role: 'user', content: input }, 'input')]
    : input.map((item, index) => parse(item, `input[${index}]`));
}
