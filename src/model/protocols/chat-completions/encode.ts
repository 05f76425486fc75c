import type { JsonObject } from '../../../base/json-object.ts';
import type { ModelProfile } from '../../../options/model-server.ts';
import type { AnswerFormat, ModelRequest } from '../../port.ts';
import type { ToolNames } from '../../tool-names.ts';
import {
  chosenTools,
  definedFields,
  effortFor,
  functionFields,
  structuredFormat,
} from '../parameters.ts';
import { chatMessages } from './messages.ts';

/** Makes the body of a chat request. */
export function encodeChat(
  request: ModelRequest,
  profile: ModelProfile,
  names: ToolNames,
): JsonObject {
  const messages = chatMessages(request, profile, names);
  const tools = toolFields(request, profile, names);
  const asksLogprobs = request.logprobs === true || request.topLogprobs !== undefined;
  const isStream = profile.streamsToolLogprobs || !asksLogprobs || tools['tools'] === undefined;
  return {
    ...request.extra,
    ...definedFields({
      model: request.model,
      stream: isStream,
      stream_options: isStream && profile.streamUsage ? { include_usage: true } : undefined,
      messages,
      ...tools,
      response_format: responseFormat(structuredFormat(request.format, profile)),
      [profile.maxTokensField]: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      presence_penalty: request.presencePenalty,
      frequency_penalty: request.frequencyPenalty,
      logprobs: asksLogprobs ? true : undefined,
      top_logprobs: request.topLogprobs,
      reasoning_effort: effortFor(request.reasoningEffort, profile),
      verbosity: profile.verbosity ? request.verbosity : undefined,
      ...(profile.hostedFields ? hostedFields(request) : {}),
    }),
  };
}

/** Returns the fields that only hosted services know. */
function hostedFields({ endUser, promptCacheKey, serviceTier }: ModelRequest): JsonObject {
  return {
    safety_identifier: endUser,
    prompt_cache_key: promptCacheKey,
    service_tier: serviceTier,
  };
}

/** Returns the fields of the tools; none without tools, since some servers refuse an empty list. */
function toolFields(request: ModelRequest, profile: ModelProfile, names: ToolNames): JsonObject {
  const { tools, choice } = chosenTools(request, profile);
  if (tools.length === 0) return {};
  return {
    tools: tools.map((tool, index) => ({
      type: 'function',
      function: functionFields(tool, names.sentName(tool), index),
    })),
    tool_choice:
      typeof choice === 'object'
        ? { type: 'function', function: { name: names.sentName(choice) } }
        : choice,
    parallel_tool_calls: request.parallelToolCalls,
  };
}

function responseFormat(
  format: Exclude<AnswerFormat, { type: 'text' }> | undefined,
): JsonObject | undefined {
  if (format?.type !== 'json_schema') return format;
  const { name, schema, strict, description } = format;
  return {
    type: 'json_schema',
    json_schema: definedFields({ name, schema, strict, description }),
  };
}
