import { stringField, type JsonObject } from '../base/json-object.ts';
import { itemDefinition } from '../contract/items/table.ts';
import { NO_OUTPUT } from '../history/calls.ts';
import type { ContextItem } from '../model/port.ts';
import type { ApprovalOutput } from './approvals.ts';
import { contextParts, outputParts } from './parts.ts';
import { contextReasoning, type ReasoningParams } from './reasoning.ts';
import type { Repairs } from './repairs.ts';
import type { SealedCompaction } from './sealed-compaction.ts';
import { summaryMessage } from './summary.ts';

export interface TranslationParams extends ReasoningParams {
  /** Opens the server's own compaction; `undefined` for any other. */
  readonly openCompaction: (blob: string) => SealedCompaction | undefined;
}

export interface Translation extends TranslationParams {
  readonly approvalOutput: (request: string) => ApprovalOutput | undefined;
  readonly repairs: Repairs;
}

/** Returns a stored item as a model is shown it; `undefined` for one that it is not shown. */
export function contextItem(
  item: JsonObject,
  author: string | undefined,
  translation: Translation,
): ContextItem | undefined {
  const { repairs } = translation;
  const type = stringField(item, 'type') ?? '';
  switch (type) {
    case 'message':
      return messageItem(item, repairs);
    case 'reasoning':
      return contextReasoning(item, author, translation, repairs);
    case 'function_call':
      return { type, ...callFields(item), arguments: stringField(item, 'arguments') ?? '' };
    case 'custom_tool_call':
      return { type, ...callFields(item), input: stringField(item, 'input') ?? '' };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { type, call_id: textOf(item, 'call_id'), output: outputParts(item, repairs) };
    case 'mcp_call':
      return mcpCall(item);
    case 'mcp_approval_request':
      return approvalRequest(item, translation);
    case 'mcp_approval_response':
    case 'mcp_list_tools':
      return undefined;
    case 'compaction':
      return summary(item, translation);
    default:
      repairs.add(itemDefinition(type) === undefined ? 'unknown_item' : 'hosted_item');
      return undefined;
  }
}

function textOf(item: JsonObject, field: string): string {
  return stringField(item, field) ?? '';
}

function callFields(item: JsonObject): {
  readonly call_id: string;
  readonly namespace: string | undefined;
  readonly name: string;
} {
  return {
    call_id: textOf(item, 'call_id'),
    namespace: stringField(item, 'namespace'),
    name: textOf(item, 'name'),
  };
}

function messageItem(item: JsonObject, repairs: Repairs): ContextItem | undefined {
  const { role } = item;
  if (role !== 'user' && role !== 'assistant' && role !== 'system' && role !== 'developer') {
    repairs.add('unknown_item');
    return undefined;
  }
  const content = contextParts(item, 'content', repairs);
  // Every part was unknown, and has been counted.
  return content.length === 0 ? undefined : { type: 'message', role, content };
}

function mcpCall(item: JsonObject): ContextItem {
  const output = stringField(item, 'output');
  const error = item['error'] ?? null;
  const status = stringField(item, 'status') ?? 'completed';
  const isUnanswered = output === undefined && error === null && status !== 'completed';
  return { ...mcpFields(item), output: isUnanswered ? NO_OUTPUT : output, error };
}

function mcpFields(item: JsonObject): Extract<ContextItem, { type: 'mcp_call' }> {
  return {
    type: 'mcp_call',
    id: textOf(item, 'id'),
    server_label: textOf(item, 'server_label'),
    name: textOf(item, 'name'),
    arguments: textOf(item, 'arguments'),
  };
}

/** Makes a call of a request that no call follows, so that the model learns what became of it. */
function approvalRequest(
  item: JsonObject,
  { approvalOutput, repairs }: Translation,
): ContextItem | undefined {
  const approval = approvalOutput(textOf(item, 'id'));
  if (approval === undefined) return undefined;
  if (approval.isOpen) repairs.add('open_approval');
  return { ...mcpFields(item), output: approval.output };
}

function summary(
  item: JsonObject,
  { openCompaction, repairs }: Translation,
): ContextItem | undefined {
  const opened = openCompaction(textOf(item, 'encrypted_content'));
  if (opened === undefined) {
    repairs.add('foreign_compaction');
    return undefined;
  }
  return summaryMessage(opened.summary);
}
