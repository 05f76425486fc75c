/** Calls that an item of another type answers. Calls of hosted tools and of MCP hold their output themselves. */

import { stringField, type JsonObject } from '../base/json-object.ts';

interface CallKind {
  readonly call: string;
  readonly output: string;
  /** Makes an output with a text. Absent where an output cannot be made up. */
  readonly answer?: (callId: string, text: string) => JsonObject;
}

const CALL_KINDS: readonly CallKind[] = [
  kind('function_call', (output) => ({ status: 'incomplete', output })),
  kind('custom_tool_call', (output) => ({ output })),
  kind('local_shell_call', (output) => ({ status: 'incomplete', output })),
  kind('shell_call', (stderr) => ({
    status: 'incomplete',
    output: [{ outcome: { type: 'exit', exit_code: 1 }, stderr, stdout: '' }],
  })),
  kind('apply_patch_call', (output) => ({ status: 'failed', output })),
  // The output is a screenshot.
  { call: 'computer_call', output: 'computer_call_output' },
];

const BY_CALL = new Map(CALL_KINDS.map((entry) => [entry.call, entry]));
const BY_OUTPUT = new Map(CALL_KINDS.map((entry) => [entry.output, entry]));

function kind(call: string, fields: (text: string) => JsonObject): CallKind {
  const output = `${call}_output`;
  return {
    call,
    output,
    answer: (callId, text) => ({ type: output, call_id: callId, ...fields(text) }),
  };
}

export function isCall({ type }: JsonObject): boolean {
  return typeof type === 'string' && BY_CALL.has(type);
}

export function isOutput({ type }: JsonObject): boolean {
  return typeof type === 'string' && BY_OUTPUT.has(type);
}

/** Returns the id by which a call and its output are paired. */
export function callIdOf(item: JsonObject): string | undefined {
  const callId = stringField(item, 'call_id');
  // The types of OpenAI's packages call it `id` in this output alone.
  return callId === undefined && item['type'] === 'local_shell_call_output'
    ? stringField(item, 'id')
    : callId;
}

/** Returns a key that a call shares with its outputs alone: the kind and the id. */
export function pairKey(item: JsonObject): string | undefined {
  const callId = callIdOf(item);
  const type = stringField(item, 'type') ?? '';
  const call = BY_OUTPUT.get(type)?.call ?? type;
  return callId === undefined ? undefined : `${call} ${callId}`;
}

/** Makes an output for a call that has none, if one can be made up. */
export function madeOutput(call: JsonObject, text: string): JsonObject | undefined {
  const callId = callIdOf(call);
  if (callId === undefined) return undefined;
  return BY_CALL.get(stringField(call, 'type') ?? '')?.answer?.(callId, text);
}
