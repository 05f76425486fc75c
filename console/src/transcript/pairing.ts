import type { Item } from '../api/objects.ts';
import { isStub, type Entry } from '../items/entry.ts';

/** Types of calls with the type of their output. Both have the same `call_id`. */
const OUTPUT_TYPES: Readonly<Record<string, string>> = {
  function_call: 'function_call_output',
  custom_tool_call: 'custom_tool_call_output',
  tool_search_call: 'tool_search_output',
  local_shell_call: 'local_shell_call_output',
  shell_call: 'shell_call_output',
  apply_patch_call: 'apply_patch_call_output',
  computer_call: 'computer_call_output',
  program: 'program_output',
};
const OUTPUTS = new Set(Object.values(OUTPUT_TYPES));

/** Calls and outputs of a window that belong together, by the id of either. */
export interface Pairs {
  readonly outputOf: ReadonlyMap<string, Entry>;
  readonly callOf: ReadonlyMap<string, Entry>;
}

export function isCall(type: string): boolean {
  return OUTPUT_TYPES[type] !== undefined;
}

export function isOutput(type: string): boolean {
  return OUTPUTS.has(type);
}

/** Finds the output of each call. A call id that comes again belongs to the latest call before the output. */
export function pairsOf(entries: readonly Entry[]): Pairs {
  const waiting = new Map<string, Entry>();
  const outputOf = new Map<string, Entry>();
  const callOf = new Map<string, Entry>();
  for (const entry of entries) {
    const { item } = entry;
    const callId = callIdOf(item);
    if (callId === undefined) continue;
    const output = OUTPUT_TYPES[item.type];
    if (output !== undefined) waiting.set(`${output} ${callId}`, entry);
    else if (OUTPUTS.has(item.type)) {
      const call = waiting.get(`${item.type} ${callId}`);
      if (call === undefined || outputOf.has(call.id)) continue;
      outputOf.set(call.id, entry);
      callOf.set(entry.id, call);
    }
  }
  return { outputOf, callOf };
}

/** Returns the call in whose card an output is drawn. A stub has a place of its own. */
export function callOf(entries: readonly Entry[], output: string): Entry | undefined {
  const entry = entries.find(({ id }) => id === output);
  if (entry === undefined || isStub(entry.item) || !isOutput(entry.item.type)) return undefined;
  return pairsOf(entries).callOf.get(output);
}

/** Returns the name that a call and its output have in common. */
function callIdOf(item: Entry['item']): string | undefined {
  const { type, call_id: callId } = item as Item;
  if (typeof callId === 'string') return callId;
  // The output of a local shell has its call's id as its own.
  if (type === 'local_shell_call_output') return item.id;
  // The model server answers its own searches of tools at once.
  return type.startsWith('tool_search_') ? '' : undefined;
}
