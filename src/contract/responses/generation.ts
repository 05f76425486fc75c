import type { Static } from 'typebox';
import type { JsonObject } from '../../base/json-object.ts';
import { apiError } from '../errors/registry.ts';
import type { ResponseBody } from './parameters/table.ts';
import { resolvedToolChoice, type ResolvedToolChoice } from './tool-choice.ts';
import { callableTools, type CallableTool } from './tools.ts';
import type { PARAMETERS } from './parameters/table.ts';

type Sent<Name extends keyof typeof PARAMETERS> = Static<(typeof PARAMETERS)[Name]['schema']>;

/** The parameters that go to the model server. Those that are `undefined` are not sent. */
export interface GenerationParams {
  readonly instructions: string | undefined;
  readonly tools: readonly CallableTool[] | undefined;
  /** `undefined` without tools, as is `parallelToolCalls`. */
  readonly toolChoice: ResolvedToolChoice | undefined;
  readonly parallelToolCalls: boolean | undefined;
  readonly format: Sent<'text'>['format'];
  readonly verbosity: 'low' | 'medium' | 'high' | undefined;
  readonly reasoningEffort: string | undefined;
  readonly reasoningSummary: string | undefined;
  readonly reasoningContext: 'auto' | 'current_turn' | 'all_turns' | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly presencePenalty: number | undefined;
  readonly frequencyPenalty: number | undefined;
  readonly logprobs: true | undefined;
  readonly topLogprobs: number | undefined;
  /** The application's user. */
  readonly endUser: string | undefined;
  readonly promptCacheKey: string | undefined;
  readonly serviceTier: string | undefined;
  /** Parameters that OpenAI's service lacks. */
  readonly extra: JsonObject | undefined;
}

/** Returns what a checked body has for the model server. Throws `tool_repeated` and `tool_choice_not_found`. */
export function generationParams(body: ResponseBody, extra: JsonObject): GenerationParams {
  const { text = {}, reasoning = {}, include = [] } = body;
  const wantsLogprobs =
    include.includes('message.output_text.logprobs') || body.top_logprobs !== undefined;
  return {
    instructions: body.instructions,
    ...toolParams(body),
    format: text.format,
    verbosity: text.verbosity ?? undefined,
    reasoningEffort: reasoning.effort ?? undefined,
    reasoningSummary: reasoning.summary ?? reasoning.generate_summary ?? undefined,
    reasoningContext: reasoning.context ?? undefined,
    maxOutputTokens: body.max_output_tokens,
    temperature: body.temperature,
    topP: body.top_p,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    logprobs: wantsLogprobs ? true : undefined,
    topLogprobs: body.top_logprobs,
    endUser: body.safety_identifier ?? body.user,
    promptCacheKey: body.prompt_cache_key,
    serviceTier: body.service_tier,
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  };
}

function toolParams(
  body: ResponseBody,
): Pick<GenerationParams, 'tools' | 'toolChoice' | 'parallelToolCalls'> {
  const tools = callableTools(body.tools ?? []);
  assertDistinct(tools);
  const choice = body.tool_choice;
  // Resolved without tools too, so that a choice of a tool that is not there is refused.
  const toolChoice = choice === undefined ? undefined : resolvedToolChoice(choice, tools);
  const hasTools = (body.tools ?? []).length > 0;
  return !hasTools
    ? { tools: undefined, toolChoice: undefined, parallelToolCalls: undefined }
    : {
        tools: tools.length === 0 ? undefined : tools,
        toolChoice,
        parallelToolCalls: body.parallel_tool_calls,
      };
}

/** Throws when two tools of one namespace, or of none, share a name: a call could not say which is meant. */
function assertDistinct(tools: readonly CallableTool[]): void {
  const names = new Set<string>();
  for (const { namespace = '', name } of tools) {
    const key = JSON.stringify([namespace, name]);
    if (names.has(key)) throw apiError('tool_repeated', { name });
    names.add(key);
  }
}
