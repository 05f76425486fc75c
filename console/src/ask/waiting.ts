import type { Item } from '../api/objects.ts';
import { textOf } from '../items/fields.ts';
import { isStub, type Entry } from '../items/entry.ts';
import type { Pairs } from '../transcript/pairing.ts';

/** Calls of an application's tools, with the type of the output that the next request brings. */
const OUTPUTS: Readonly<Record<string, string>> = {
  function_call: 'function_call_output',
  custom_tool_call: 'custom_tool_call_output',
};

/** What the last turn waits for. */
export interface Waiting {
  /** Calls without an output. */
  readonly calls: readonly Item[];
  /** Calls of MCP servers that nobody has decided on. */
  readonly approvals: readonly Item[];
}

/** Finds what waits for an answer since the last message of a user. */
export function waitingIn(entries: readonly Entry[], pairs: Pairs): Waiting {
  const from = entries.findLastIndex(({ item }) => 'role' in item && item['role'] === 'user');
  const items = entries
    .slice(from + 1)
    .map(({ item }) => item)
    .filter((item): item is Item => !isStub(item));
  const decided = new Set(items.map((item) => textOf(item['approval_request_id'])));
  return {
    calls: items.filter(({ id, type }) => OUTPUTS[type] !== undefined && !pairs.outputOf.has(id)),
    approvals: items.filter(({ id, type }) => type === 'mcp_approval_request' && !decided.has(id)),
  };
}

/** Makes the output of a call. */
export function outputOf(call: Item, output: string): { readonly type: string } {
  return { type: OUTPUTS[call.type] ?? '', call_id: call['call_id'], output } as {
    readonly type: string;
  };
}
