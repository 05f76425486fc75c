/** Tools that a model may call: the application's functions and custom tools, alone or in namespaces; and the server's. */

import { Type, type Static } from 'typebox';
import type { JsonObject } from '../../base/json-object.ts';
import { withDefaults } from '../items/content.ts';
import { AnyObject, nullable, omittable } from '../schema/schema.ts';
import {
  HostedTool,
  isHosted,
  isMcp,
  McpTool,
  McpToolParam,
  repeatedMcpTool,
} from './server-tools.ts';

const Name = Type.String({ minLength: 1, maxLength: 128 });
const CallerKind = Type.Enum(['direct', 'programmatic']);
const Format = Type.Union([
  Type.Object({ type: Type.Literal('text') }),
  Type.Object({
    type: Type.Literal('grammar'),
    syntax: Type.Enum(['lark', 'regex']),
    definition: Type.String(),
  }),
]);
const sentOptions = {
  allowed_callers: omittable(Type.Array(CallerKind)),
  async: Type.Optional(Type.Boolean()),
  defer_loading: Type.Optional(Type.Boolean()),
};
const repeatedOptions = {
  allowed_callers: Type.Optional(nullable(Type.Array(CallerKind))),
  async: Type.Optional(Type.Boolean()),
  defer_loading: Type.Optional(Type.Boolean()),
};

const FunctionToolParam = Type.Object(
  {
    type: Type.Literal('function'),
    name: Name,
    description: omittable(Type.String()),
    parameters: omittable(AnyObject),
    strict: omittable(Type.Boolean()),
    output_schema: omittable(AnyObject),
    ...sentOptions,
  },
  { title: 'FunctionToolParam' },
);
const CustomToolParam = Type.Object(
  {
    type: Type.Literal('custom'),
    name: Name,
    description: Type.Optional(Type.String()),
    format: Type.Optional(Format),
    ...sentOptions,
  },
  { title: 'CustomToolParam' },
);
const NamespaceToolParam = Type.Object(
  {
    type: Type.Literal('namespace'),
    name: Name,
    description: Type.String(),
    tools: Type.Array(Type.Union([FunctionToolParam, CustomToolParam])),
  },
  { title: 'NamespaceToolParam' },
);
/** A tool as a request has it. */
export const ToolParam = Type.Union([
  FunctionToolParam,
  CustomToolParam,
  NamespaceToolParam,
  McpToolParam,
  HostedTool,
]);
export type ToolParam = Static<typeof ToolParam>;

const FunctionTool = Type.Object(
  {
    type: Type.Literal('function'),
    description: nullable(Type.String()),
    name: Type.String(),
    parameters: nullable(AnyObject),
    strict: nullable(Type.Boolean()),
    output_schema: Type.Optional(nullable(AnyObject)),
    ...repeatedOptions,
  },
  { title: 'FunctionTool' },
);
const CustomTool = Type.Object(
  {
    type: Type.Literal('custom'),
    description: Type.Optional(Type.String()),
    format: Format,
    name: Type.String(),
    ...repeatedOptions,
  },
  { title: 'CustomTool' },
);
const NamespaceTool = Type.Object(
  {
    type: Type.Literal('namespace'),
    description: Type.String(),
    name: Type.String(),
    tools: Type.Array(Type.Union([FunctionTool, CustomTool])),
  },
  { title: 'NamespaceTool' },
);
/** A tool as the Response object repeats it. */
export const RepeatedTool = Type.Union([
  FunctionTool,
  CustomTool,
  NamespaceTool,
  McpTool,
  HostedTool,
]);
export type RepeatedTool = Static<typeof RepeatedTool>;

/** A tool that the application runs. */
type OwnTool = Exclude<ToolParam, McpToolParam | HostedTool>;

const DEFAULTS: Readonly<Record<OwnTool['type'], JsonObject>> = {
  function: { description: null, parameters: null, strict: null },
  custom: { format: { type: 'text' } },
  namespace: {},
};

/** Returns a tool in the form of the Response object. Its JSON Schemas are not changed. */
export function repeatedTool(tool: ToolParam): RepeatedTool {
  if (isMcp(tool)) return repeatedMcpTool(tool);
  if (isHosted(tool)) return tool;
  const sent = tool.type === 'namespace' ? { ...tool, tools: tool.tools.map(repeatedTool) } : tool;
  // Sound: the defaults are the fields that a repeated tool has and a sent one may lack.
  return withDefaults(sent, DEFAULTS[tool.type], ['type']) as RepeatedTool;
}

export interface ToolName {
  readonly namespace?: string;
  readonly name: string;
}

/** A tool that the model may call. Tools of different namespaces may share a name. */
export type CallableTool = ToolName & { readonly description?: string | null | undefined } & (
    | {
        readonly type: 'function';
        readonly parameters?: JsonObject | null | undefined;
        readonly strict?: boolean | null | undefined;
      }
    | { readonly type: 'custom'; readonly format?: JsonObject | undefined }
  );

/** Returns the application's tools of a request without the namespaces around them. */
export function callableTools(tools: readonly ToolParam[]): readonly CallableTool[] {
  return tools.flatMap((tool) => {
    if (isMcp(tool) || isHosted(tool)) return [];
    return tool.type === 'namespace'
      ? tool.tools.map((inner) => ({ ...callable(inner), namespace: tool.name }))
      : [callable(tool)];
  });
}

function callable(tool: Exclude<OwnTool, { type: 'namespace' }>): CallableTool {
  const { name, description } = tool;
  return tool.type === 'function'
    ? { type: 'function', name, description, parameters: tool.parameters, strict: tool.strict }
    : { type: 'custom', name, description, format: tool.format };
}
