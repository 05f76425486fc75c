import type { JsonObject } from '../../../base/json-object.ts';
import type { ModelProfile } from '../../../options/model-server.ts';
import type { ModelRequest } from '../../port.ts';
import type { ToolNames } from '../../tool-names.ts';
import {
  chosenTools,
  definedFields,
  effortFor,
  functionFields,
  structuredFormat,
} from '../parameters.ts';
import { inputItems } from './input.ts';

/** Makes the body of a Responses request. It carries the whole context: the server keeps nothing. */
export function encodeResponses(
  request: ModelRequest,
  profile: ModelProfile,
  names: ToolNames,
): JsonObject {
  const input = inputItems(request, profile, names);
  const asksLogprobs = request.logprobs === true || request.topLogprobs !== undefined;
  const include = [
    ...(profile.reasoningItem === 'encrypted' ? ['reasoning.encrypted_content'] : []),
    ...(asksLogprobs ? ['message.output_text.logprobs'] : []),
  ];
  const { instructions = '' } = request;
  return {
    ...request.extra,
    ...definedFields({
      model: request.model,
      stream: true,
      store: false,
      instructions: instructions === '' ? undefined : instructions,
      input,
      include: include.length === 0 ? undefined : include,
      ...toolFields(request, profile, names),
      text: textField(request, profile),
      reasoning: objectOrNothing({
        effort: effortFor(request.reasoningEffort, profile),
        summary: request.reasoningSummary,
      }),
      max_output_tokens: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      top_logprobs: request.topLogprobs,
      ...(profile.hostedFields
        ? {
            safety_identifier: request.endUser,
            prompt_cache_key: request.promptCacheKey,
            service_tier: request.serviceTier,
          }
        : {}),
    }),
  };
}

function objectOrNothing(fields: JsonObject): JsonObject | undefined {
  const defined = definedFields(fields);
  return Object.keys(defined).length === 0 ? undefined : defined;
}

function textField(request: ModelRequest, profile: ModelProfile): JsonObject | undefined {
  const format = structuredFormat(request.format, profile);
  return objectOrNothing({
    format: format === undefined ? undefined : definedFields({ ...format }),
    verbosity: profile.verbosity ? request.verbosity : undefined,
  });
}

function toolFields(request: ModelRequest, profile: ModelProfile, names: ToolNames): JsonObject {
  const { tools, choice } = chosenTools(request, profile);
  if (tools.length === 0) return {};
  const sent = tools.map((tool, index) => {
    const name = names.sentName(tool);
    if (tool.type !== 'custom' || !profile.customTools) {
      return { type: 'function', ...functionFields(tool, name, index) };
    }
    const { description, format } = tool;
    return { type: 'custom', ...definedFields({ name, description, format }) };
  });
  return {
    tools: sent,
    tool_choice:
      typeof choice === 'object'
        ? { type: sentType(request, choice, profile), name: names.sentName(choice) }
        : choice,
    parallel_tool_calls: request.parallelToolCalls,
  };
}

function sentType(
  { tools = [] }: ModelRequest,
  choice: { readonly name: string; readonly namespace?: string | undefined },
  { customTools }: ModelProfile,
): string {
  const isChosen = tools.some(
    ({ type, name, namespace }) =>
      type === 'custom' && name === choice.name && namespace === choice.namespace,
  );
  return isChosen && customTools ? 'custom' : 'function';
}
