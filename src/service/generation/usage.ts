import type { ModelUsage } from '../../model/port.ts';

/** Adds the tokens of two answers. Those of a server that sends no figures are not known, and not in the sum. */
export function usageSum(
  first: ModelUsage | undefined,
  second: ModelUsage | undefined,
): ModelUsage | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    inputTokens: first.inputTokens + second.inputTokens,
    cachedTokens: first.cachedTokens + second.cachedTokens,
    cacheWriteTokens: first.cacheWriteTokens + second.cacheWriteTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    reasoningTokens: first.reasoningTokens + second.reasoningTokens,
    totalTokens: first.totalTokens + second.totalTokens,
  };
}
