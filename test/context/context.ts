import { expect } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import {
  assembleContext,
  type AssembleContextParams,
  type AssembledContext,
} from '../../src/context/assemble.ts';
import { repairsText } from '../../src/context/repairs.ts';
import { TextSeal } from '../../src/context/seal.ts';
import { openCompaction, sealCompaction } from '../../src/context/sealed-compaction.ts';
import { openReasoning } from '../../src/context/sealed-reasoning.ts';
import type { ContextItem } from '../../src/model/port.ts';

export const SECRET = Buffer.alloc(32, 'secret');
export const SEAL = new TextSeal(SECRET);
export const MODEL = 'small';
export const TENANT = 'acme';

/** Returns an item with the server's own compaction. */
export function compaction(
  summary: string,
  { coversAll = true, kept = [] }: { coversAll?: boolean; kept?: readonly JsonObject[] } = {},
): JsonObject {
  const sealed = sealCompaction(SEAL, TENANT, { summary, coversAll, kept });
  return { id: 'cmp_1', type: 'compaction', encrypted_content: sealed };
}

/** Returns the parameters of a context; `overrides` replaces some. */
export function params(
  history: readonly JsonObject[],
  input: readonly JsonObject[],
  overrides: Partial<AssembleContextParams> = {},
): AssembleContextParams {
  return {
    history: history.map((item) => ({ item })),
    input,
    mode: 'strict',
    model: MODEL,
    openReasoning: (blob) => openReasoning(SEAL, TENANT, blob),
    openCompaction: (blob) => openCompaction(SEAL, TENANT, blob),
    ...overrides,
  };
}

/** Returns the context of a request that fits. */
export function assembled(
  history: readonly JsonObject[],
  input: readonly JsonObject[],
  overrides: Partial<AssembleContextParams> = {},
): Omit<AssembledContext, 'repairs'> & { readonly repairs: string } {
  const result = assembleContext(params(history, input, overrides));
  if (result.problem !== 'none') throw new Error(`the request has a problem: ${result.problem}`);
  expect(result.inputIndexes.length).toBe(result.items.length);
  return { ...result, repairs: repairsText(result.repairs.counts()) };
}

/** Returns an item as a short text: its role or type, its call, its texts. */
export function brief(item: ContextItem): string {
  switch (item.type) {
    case 'message':
      return `${item.role}: ${item.content.map((part) => ('text' in part ? part.text : part.type)).join('|')}`;
    case 'reasoning':
      return `reasoning: ${(item.content ?? []).map(({ text }) => text).join('|')}`;
    case 'mcp_call':
      return `mcp ${item.id}: ${item.output ?? ''}`;
    case 'function_call_output':
    case 'custom_tool_call_output':
      return `output ${item.call_id}: ${typeof item.output === 'string' ? item.output : 'parts'}`;
    default:
      return `call ${item.call_id}`;
  }
}
