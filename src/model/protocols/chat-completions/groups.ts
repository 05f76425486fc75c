/** Items of a context, arranged as Chat Completions demands. */

import type { ContextCall, ContextItem, ContextOutput, ContextReasoning } from '../../port.ts';
import { outputOfMcpCall } from '../context-items.ts';

type Message = Extract<ContextItem, { type: 'message' }>;

/** An item with its index in the context. */
interface Placed<Item> {
  readonly item: Item;
  readonly index: number;
}

/** Items of a model up to the first reply: one assistant message, and the outputs of its calls. */
export interface AssistantGroup {
  readonly kind: 'assistant';
  readonly reasoning: ContextReasoning[];
  readonly messages: Placed<Message>[];
  readonly calls: ContextCall[];
  readonly outputs: Placed<ContextOutput>[];
}

export type Group =
  | AssistantGroup
  | { readonly kind: 'message'; readonly message: Placed<Message> }
  | { readonly kind: 'output'; readonly output: Placed<ContextOutput> };

/** Groups items. Outputs follow their calls in the order of the calls, wherever they stand. */
export function grouped(items: readonly ContextItem[]): readonly Group[] {
  const outputs = outputsByCall(items);
  const answered = new Set<ContextOutput>();
  const groups: Group[] = [];
  let open: AssistantGroup | undefined;
  const current = (): AssistantGroup => {
    if (open === undefined) {
      open = { kind: 'assistant', reasoning: [], messages: [], calls: [], outputs: [] };
      groups.push(open);
    }
    return open;
  };
  /** Ends a group of which a call has its output already: what follows was said after that. */
  const next = (): void => {
    if (open?.calls.some(({ type }) => type === 'mcp_call') === true) open = undefined;
  };
  for (const [index, item] of items.entries()) {
    switch (item.type) {
      case 'message':
        if (item.role === 'assistant') {
          next();
          current().messages.push({ item, index });
          break;
        }
        open = undefined;
        groups.push({ kind: 'message', message: { item, index } });
        break;
      case 'reasoning':
        next();
        current().reasoning.push(item);
        break;
      case 'function_call':
      case 'custom_tool_call': {
        const group = current();
        group.calls.push(item);
        const output = outputs.get(item.call_id)?.find(({ index: place }) => place > index);
        if (output === undefined || answered.has(output.item)) break;
        answered.add(output.item);
        group.outputs.push(output);
        break;
      }
      case 'mcp_call': {
        const group = current();
        group.calls.push(item);
        group.outputs.push({ item: outputOfMcpCall(item), index });
        break;
      }
      case 'function_call_output':
      case 'custom_tool_call_output':
        open = undefined;
        if (!answered.has(item)) groups.push({ kind: 'output', output: { item, index } });
        break;
    }
  }
  return groups;
}

function outputsByCall(
  items: readonly ContextItem[],
): ReadonlyMap<string, readonly Placed<ContextOutput>[]> {
  const outputs = new Map<string, Placed<ContextOutput>[]>();
  for (const [index, item] of items.entries()) {
    if (item.type !== 'function_call_output' && item.type !== 'custom_tool_call_output') continue;
    const others = outputs.get(item.call_id);
    if (others === undefined) outputs.set(item.call_id, [{ item, index }]);
    else others.push({ item, index });
  }
  return outputs;
}
