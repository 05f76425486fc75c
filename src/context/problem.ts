import { stringField, type JsonObject } from '../base/json-object.ts';
import { lastGroupStart } from '../history/calls.ts';
import type { Finding } from '../history/findings.ts';

/** The first item of a request that does not fit the history. `type` is the item's, as in `function_call`. */
export type ContextProblem =
  /** A call of the request, or one of the last turn, has no output. */
  | { readonly problem: 'output_missing'; readonly type: string; readonly callId: string | null }
  /** An output of the request answers no call. `type` is the output's. */
  | { readonly problem: 'call_missing'; readonly type: string; readonly callId: string | null }
  /** An id occurs twice in the request, or in the history too. */
  | { readonly problem: 'duplicate_item'; readonly type: string; readonly id: string };

/**
 * Returns what is wrong with a request's items, given the findings for the history followed by them. The last calls
 * of the history count as the request's, which must answer them. Other defects of the history are not its fault.
 */
export function firstProblem(
  findings: readonly Finding[],
  history: readonly JsonObject[],
  input: readonly JsonObject[],
): ContextProblem | undefined {
  if (findings.length === 0) return undefined;
  const awaited = lastGroupStart(history);
  const stored = new Set(history.map((item) => stringField(item, 'id')));
  const seen = new Set<string>();
  for (const { rule, index, itemId, callId } of findings) {
    const item = input[index - history.length] ?? history[index] ?? {};
    const type = stringField(item, 'type') ?? '';
    if (rule === 'call_without_output' && index >= awaited) {
      return { problem: 'output_missing', type, callId };
    }
    if (index < history.length) continue;
    if (rule === 'output_without_call') return { problem: 'call_missing', type, callId };
    if (rule !== 'duplicate_id' || itemId === null) continue;
    // A message that is sent again once is taken for a reference: clients keep messages with their ids.
    const isReference = type === 'message' && stored.has(itemId) && !seen.has(itemId);
    if (!isReference) return { problem: 'duplicate_item', type, id: itemId };
    seen.add(itemId);
  }
  return undefined;
}
