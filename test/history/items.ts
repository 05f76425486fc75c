import type { JsonObject } from '../../src/base/json-object.ts';

let made = 0;

/** Returns an id that no other item of the run has. */
function nextId(prefix: string): string {
  made += 1;
  return `${prefix}_${made}`;
}

export type Role = 'user' | 'assistant' | 'system' | 'developer';

/** Items in their stored form. `fields` replaces or adds fields. */
export function message(role: Role, text: string, fields: JsonObject = {}): JsonObject {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  const content = [{ type, text }];
  return { id: nextId('msg'), type: 'message', status: 'completed', role, content, ...fields };
}

export function call(callId: string, fields: JsonObject = {}): JsonObject {
  return {
    id: nextId('fc'),
    type: 'function_call',
    status: 'completed',
    call_id: callId,
    name: 'look',
    arguments: '{"at":"lake"}',
    ...fields,
  };
}

export function output(callId: string, text = 'blue', fields: JsonObject = {}): JsonObject {
  return {
    id: nextId('fc'),
    type: 'function_call_output',
    status: 'completed',
    call_id: callId,
    output: text,
    ...fields,
  };
}

export function reasoning(text: string, fields: JsonObject = {}): JsonObject {
  const content = [{ type: 'reasoning_text', text }];
  return { id: nextId('rs'), type: 'reasoning', summary: [], content, ...fields };
}

/** An item of another type. */
export function item(type: string, fields: JsonObject = {}): JsonObject {
  return { id: nextId(type), type, ...fields };
}

export function approvalRequest(id: string): JsonObject {
  return {
    id,
    type: 'mcp_approval_request',
    server_label: 'lakes',
    name: 'find',
    arguments: '{ "n":1.0 }',
  };
}

export function approval(
  request: string,
  approve: boolean,
  reason: string | null = null,
): JsonObject {
  return item('mcp_approval_response', { approval_request_id: request, approve, reason });
}

export function mcpCall(fields: JsonObject = {}): JsonObject {
  return item('mcp_call', {
    server_label: 'lakes',
    name: 'find',
    arguments: '{ "n":1.0 }',
    approval_request_id: null,
    error: null,
    output: 'Oeschinensee',
    ...fields,
  });
}
