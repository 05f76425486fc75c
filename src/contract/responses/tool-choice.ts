import { Type, type Static } from 'typebox';
import { apiError } from '../errors/registry.ts';
import { omittable } from '../schema/schema.ts';
import type { CallableTool, ToolName } from './tools.ts';

const Mode = Type.Enum(['none', 'auto', 'required']);
const FunctionChoice = Type.Object(
  { type: Type.Literal('function'), name: Type.String() },
  { title: 'FunctionToolChoice' },
);
const CustomChoice = Type.Object(
  { type: Type.Literal('custom'), name: Type.String() },
  { title: 'CustomToolChoice' },
);
const McpChoice = Type.Object(
  {
    type: Type.Literal('mcp'),
    server_label: Type.String(),
    name: omittable(Type.String()),
  },
  { title: 'McpToolChoice' },
);
const AllowedTool = Type.Object(
  { type: Type.Enum(['function', 'custom', 'namespace']), name: Type.String() },
  { title: 'AllowedTool' },
);
const AllowedTools = Type.Object(
  {
    type: Type.Literal('allowed_tools'),
    mode: Type.Enum(['auto', 'required']),
    tools: Type.Array(Type.Union([AllowedTool, McpChoice])),
  },
  { title: 'AllowedToolsChoice' },
);

/** `tool_choice` of a request, and its echo. */
export const ToolChoice = Type.Union([Mode, FunctionChoice, CustomChoice, McpChoice, AllowedTools]);
export type ToolChoice = Static<typeof ToolChoice>;

/** The choice among the tools that are called by name and namespace. */
export type ResolvedToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | ({ readonly type: 'tool' } & ToolName)
  | {
      readonly type: 'allowed';
      readonly mode: 'auto' | 'required';
      readonly tools: readonly ToolName[];
    };

/** The tools of servers among which the model may choose, or must. */
export interface ServerChoice {
  readonly mode: 'auto' | 'required';
  readonly servers: readonly { readonly label: string; readonly name: string | undefined }[];
}

/** Returns what a choice says of servers' tools; `undefined` if it names none. Throws `tool_choice_not_found`. */
export function serverChoice(
  choice: ToolChoice | undefined,
  labels: readonly string[],
): ServerChoice | undefined {
  if (choice === undefined || typeof choice === 'string') return undefined;
  const entries = choice.type === 'allowed_tools' ? choice.tools : [choice];
  const servers = entries.filter((entry) => entry.type === 'mcp');
  if (servers.length === 0) return undefined;
  const unknown = servers.find(({ server_label: label }) => !labels.includes(label));
  if (unknown !== undefined)
    throw apiError('tool_choice_not_found', { name: unknown.server_label });
  return {
    mode: choice.type === 'allowed_tools' ? choice.mode : 'required',
    servers: servers.map(({ server_label: label, name }) => ({ label, name: name ?? undefined })),
  };
}

/** Finds the application's tools that a choice names. Throws `tool_choice_not_found`. */
export function resolvedToolChoice(
  choice: ToolChoice,
  tools: readonly CallableTool[],
): ResolvedToolChoice {
  if (typeof choice === 'string') return choice;
  const find = finderOf(tools);
  if (choice.type === 'allowed_tools') {
    const allowed = choice.tools.flatMap((entry) =>
      entry.type === 'mcp' ? [] : namedTools(entry, find),
    );
    return { type: 'allowed', mode: choice.mode, tools: allowed };
  }
  // The servers' tools are found when they have been listed.
  if (choice.type === 'mcp') return { type: 'allowed', mode: 'required', tools: [] };
  const [chosen] = namedTools(choice, find);
  return { type: 'tool', ...chosen };
}

type Named = Static<typeof AllowedTool>;
type Find = (named: Named) => readonly CallableTool[];

/** Returns the function that finds the tools with a type and a name, or those of a namespace. */
function finderOf(tools: readonly CallableTool[]): Find {
  const found = Map.groupBy(tools, keyOf);
  const spaces = Map.groupBy(tools, ({ namespace }) => namespace);
  return (named) =>
    (named.type === 'namespace' ? spaces.get(named.name) : found.get(keyOf(named))) ?? [];
}

/** Returns the tools with a type and a name, those outside of namespaces if there are any, or all of a namespace. */
function namedTools(choice: Named, find: Find): readonly [ToolName, ...ToolName[]] {
  const named = find(choice);
  const outside = named.filter((tool) => tool.namespace === undefined);
  const [first, ...others] = (outside.length === 0 ? named : outside).map(nameOf);
  if (first === undefined) throw apiError('tool_choice_not_found', { name: choice.name });
  return [first, ...others];
}

function keyOf({ type, name }: { readonly type: string; readonly name: string }): string {
  return `${type} ${name}`;
}

function nameOf({ namespace, name }: CallableTool): ToolName {
  return namespace === undefined ? { name } : { namespace, name };
}
