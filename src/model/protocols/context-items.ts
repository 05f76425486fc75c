/** Readings of context items that both protocols share. */

import type { ContextCall, ContextOutput, ContextPart } from '../port.ts';
import type { ToolNames } from '../tool-names.ts';
import { wrappedInput } from './parameters.ts';

/** Joins the texts of parts. Refusals count as texts. */
export function joinedText(parts: readonly ContextPart[]): string {
  const texts: string[] = [];
  for (const part of parts) {
    if ('text' in part) texts.push(part.text);
    else if ('refusal' in part) texts.push(part.refusal);
  }
  return texts.join('\n');
}

/** Checks for a part that is not text. */
export function isMedia(part: ContextPart): boolean {
  return part.type.startsWith('input_') && part.type !== 'input_text';
}

/** Makes the output of a call that holds it itself. */
export function outputOfMcpCall({
  id,
  output = null,
  error = null,
}: Extract<ContextCall, { type: 'mcp_call' }>): ContextOutput {
  const reason = typeof error === 'string' ? error : JSON.stringify(error);
  return {
    type: 'function_call_output',
    call_id: id,
    output: error === null ? (output ?? '') : `Error: ${reason}`,
  };
}

/** Returns an earlier call as one of a function: its id, the name to send, and the text of its arguments. */
export function sentCall(
  call: ContextCall,
  names: ToolNames,
): { readonly id: string; readonly name: string; readonly text: string } {
  if (call.type === 'mcp_call') {
    const { id, server_label: namespace, name } = call;
    return { id, name: names.sentName({ namespace, name }), text: call.arguments };
  }
  const { call_id: id, namespace } = call;
  const name = names.sentName({ namespace: namespace ?? undefined, name: call.name });
  const text = call.type === 'function_call' ? call.arguments : wrappedInput(call.input);
  return { id, name, text };
}
