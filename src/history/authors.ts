/** The sides of a conversation that items come from. */

import { stringField, type JsonObject } from '../base/json-object.ts';

const MODEL_TYPES = new Set(['reasoning', 'mcp_list_tools']);

export function isUserMessage({ role }: JsonObject): boolean {
  return role === 'user';
}

/** Checks for what a model does after it has reasoned: a message or a call. Types of calls end in `_call`. */
export function isAction(item: JsonObject): boolean {
  const type = stringField(item, 'type') ?? '';
  if (type === 'message') return item['role'] === 'assistant';
  return type.endsWith('_call') || type === 'mcp_approval_request' || type === 'program';
}

/** Checks for an item of a model's answer. Neighbours of this kind are one group, which outputs follow. */
export function isModelMade(item: JsonObject): boolean {
  return isAction(item) || MODEL_TYPES.has(stringField(item, 'type') ?? '');
}
