/** Readers of fields that a server may leave out, or send with another type. */

import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import type { ModelUsage, TokenLogprob } from '../port.ts';

/** Returns the text of a field; empty if it is not a text. */
export function textField(value: JsonObject, field: string): string {
  const text = value[field];
  return typeof text === 'string' ? text : '';
}

/** Returns the object of a field; empty if it is not an object. */
export function objectField(value: JsonObject, field: string): JsonObject {
  const object = value[field];
  return isJsonObject(object) ? object : {};
}

/** Returns the objects of a list; none if the field is not a list. */
export function objectsField(value: JsonObject, field: string): readonly JsonObject[] {
  const list = value[field];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** Returns the number of the first field that has one. */
function count(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === 'number');
}

/** Reads the usage of either protocol, and the figures that servers put beside it. */
export function readUsage(value: JsonObject): ModelUsage | undefined {
  const { usage } = value;
  if (!isJsonObject(usage)) return undefined;
  const inputTokens = count(usage['prompt_tokens'], usage['input_tokens']);
  const outputTokens = count(usage['completion_tokens'], usage['output_tokens']);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  const input = {
    ...objectField(usage, 'prompt_tokens_details'),
    ...objectField(usage, 'input_tokens_details'),
  };
  const output = {
    ...objectField(usage, 'completion_tokens_details'),
    ...objectField(usage, 'output_tokens_details'),
  };
  const cached = count(
    input['cached_tokens'],
    usage['prompt_cache_hit_tokens'],
    objectField(value, 'timings')['cache_n'],
  );
  return {
    inputTokens: inputTokens ?? 0,
    cachedTokens: cached ?? 0,
    cacheWriteTokens: count(input['cache_write_tokens']) ?? 0,
    outputTokens: outputTokens ?? 0,
    reasoningTokens: count(output['reasoning_tokens']) ?? 0,
    totalTokens: count(usage['total_tokens']) ?? (inputTokens ?? 0) + (outputTokens ?? 0),
  };
}

/** Reads a list of log probabilities. Those without a token or a number are left out. */
export function readLogprobs(list: readonly JsonObject[]): readonly TokenLogprob[] {
  return list.flatMap((entry) => {
    const read = readLogprob(entry);
    if (read === undefined) return [];
    const alternatives = objectsField(entry, 'top_logprobs').flatMap(
      (alternative) => readLogprob(alternative) ?? [],
    );
    return [{ ...read, top_logprobs: alternatives }];
  });
}

function readLogprob({
  token,
  logprob,
  bytes,
}: JsonObject): Omit<TokenLogprob, 'top_logprobs'> | undefined {
  if (typeof token !== 'string' || typeof logprob !== 'number') return undefined;
  const isBytes = Array.isArray(bytes) && bytes.every((byte) => typeof byte === 'number');
  return { token, logprob, bytes: isBytes ? bytes : [...Buffer.from(token)] };
}

/** Returns the text of arguments, which some servers send as an object. */
export function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
}
