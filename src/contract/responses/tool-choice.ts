import { Type, type Static } from 'typebox';
import { apiError } from '../errors/registry.ts';
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
const AllowedTool = Type.Object(
  { type: Type.Enum(['function', 'custom', 'namespace']), name: Type.String() },
  { title: 'AllowedTool' },
);
const AllowedTools = Type.Object(
  {
    type: Type.Literal('allowed_tools'),
    mode: Type.Enum(['auto', 'required']),
    tools: Type.Array(AllowedTool),
  },
  { title: 'AllowedToolsChoice' },
);

/** `tool_choice` of a request, and its echo. */
export const ToolChoice = Type.Union([Mode, FunctionChoice, CustomChoice, AllowedTools]);
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

/** Finds the tools that a choice names. Throws `tool_choice_not_found`. */
export function resolvedToolChoice(
  choice: ToolChoice,
  tools: readonly CallableTool[],
): ResolvedToolChoice {
  if (typeof choice === 'string') return choice;
  if (choice.type === 'allowed_tools') {
    const allowed = choice.tools.flatMap((entry) => namedTools(entry, tools));
    return { type: 'allowed', mode: choice.mode, tools: allowed };
  }
  const [chosen] = namedTools(choice, tools);
  return { type: 'tool', ...chosen };
}

/** Returns the tools with a type and a name, those outside of namespaces if there are any, or all of a namespace. */
function namedTools(
  { type, name }: Static<typeof AllowedTool>,
  tools: readonly CallableTool[],
): readonly [ToolName, ...ToolName[]] {
  const named = tools.filter((tool) =>
    type === 'namespace' ? tool.namespace === name : tool.type === type && tool.name === name,
  );
  const outside = named.filter((tool) => tool.namespace === undefined);
  const [first, ...others] = (outside.length === 0 ? named : outside).map(nameOf);
  if (first === undefined) throw apiError('tool_choice_not_found', { name });
  return [first, ...others];
}

function nameOf({ namespace, name }: CallableTool): ToolName {
  return namespace === undefined ? { name } : { namespace, name };
}
