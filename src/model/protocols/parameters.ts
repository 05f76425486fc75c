/** Parts of a request that both protocols share. */

import type { JsonObject } from '../../base/json-object.ts';
import type { ModelProfile } from '../../options/model-server.ts';
import { unsupported } from '../failure.ts';
import type { AnswerFormat, ModelRequest, ModelTool, ToolChoice, ToolName } from '../port.ts';

/** Returns the fields that are set: not `undefined`, and not null. */
export function definedFields(fields: JsonObject): JsonObject {
  const defined: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name] ?? null;
    if (value !== null) defined[name] = value;
  }
  return defined;
}

/** The tools to send, and a choice that the server obeys. */
export interface ChosenTools {
  readonly tools: readonly ModelTool[];
  readonly choice: 'auto' | 'none' | 'required' | ToolName | undefined;
}

/**
 * Expresses a choice of tools by what the server obeys: allowed tools by sending only these, a named tool by
 * sending only that and requiring a call, `none` by sending no tools.
 */
export function chosenTools(
  { tools = [], toolChoice }: ModelRequest,
  { toolChoices, bestEffortToolChoice }: ModelProfile,
): ChosenTools {
  if (tools.length === 0) return { tools, choice: undefined };
  const isObeyed = (choice: 'none' | 'required' | 'named'): boolean => toolChoices.includes(choice);
  const required = (some: readonly ModelTool[]): ChosenTools => {
    if (isObeyed('required')) return { tools: some, choice: 'required' };
    if (bestEffortToolChoice) return { tools: some, choice: undefined };
    throw unsupported('tool_choice', 'this model server cannot be made to call a tool');
  };
  if (toolChoice === undefined || toolChoice === 'auto') return { tools, choice: toolChoice };
  if (toolChoice === 'none') return { tools: isObeyed('none') ? tools : [], choice: 'none' };
  if (toolChoice === 'required') return required(tools);
  const named = namedTools(tools, toolChoice);
  if (toolChoice.type === 'tool') {
    return isObeyed('named') ? { tools, choice: toolChoice } : required(named);
  }
  return toolChoice.mode === 'required' ? required(named) : { tools: named, choice: 'auto' };
}

function namedTools(
  tools: readonly ModelTool[],
  choice: Extract<ToolChoice, object>,
): readonly ModelTool[] {
  const names: readonly ToolName[] = choice.type === 'allowed' ? choice.tools : [choice];
  return tools.filter((tool) =>
    names.some(({ name, namespace }) => name === tool.name && namespace === tool.namespace),
  );
}

/** Returns the spelling of an effort for this server. `undefined` when it has no such parameter, or none was set. */
export function effortFor(
  effort: string | undefined,
  { reasoningEfforts }: ModelProfile,
): string | undefined {
  if (effort === undefined || reasoningEfforts === undefined) return undefined;
  return reasoningEfforts[effort] ?? effort;
}

/** Returns a structured format, or `undefined` for plain text. Throws if the server would ignore it. */
export function structuredFormat(
  format: AnswerFormat | undefined,
  { formats }: ModelProfile,
): Exclude<AnswerFormat, { type: 'text' }> | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  if (formats.includes(format.type)) return format;
  throw unsupported('text.format', `this model server has no format of type ${format.type}`);
}

/** JSON Schema of a function that takes nothing. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };

/** Makes the fields of a tool as a function. A custom tool becomes one with the string parameter `input`. */
export function functionFields(tool: ModelTool, sentName: string, index: number): JsonObject {
  const { description } = tool;
  if (tool.type === 'function') {
    const { parameters, strict } = tool;
    return definedFields({
      name: sentName,
      description,
      parameters: parameters ?? NO_PARAMETERS,
      strict,
    });
  }
  const { type = 'text' } = tool.format ?? {};
  if (type !== 'text') {
    throw unsupported(`tools[${index}].format`, 'this model server takes no grammar for a tool');
  }
  const parameters = {
    type: 'object',
    properties: { input: { type: 'string' } },
    required: ['input'],
  };
  return definedFields({ name: sentName, description, parameters });
}

/** Wraps the input of a custom tool as the arguments of a function. */
export function wrappedInput(input: string): string {
  return JSON.stringify({ input });
}

/** Returns the arguments of an earlier call as the server takes them: JSON, if it parses them. */
export function sentArguments(text: string, { parsesArguments }: ModelProfile): string {
  if (text.trim() === '') return '{}';
  return !parsesArguments || isJson(text) ? text : wrappedInput(text);
}

/** Returns the input of a custom tool from the arguments of a function; arguments of another shape as they are. */
export function unwrappedInput(argumentsText: string): string {
  try {
    const value: unknown = JSON.parse(argumentsText);
    const { input } = Object(value) as JsonObject;
    return typeof input === 'string' ? input : argumentsText;
  } catch {
    return argumentsText;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
