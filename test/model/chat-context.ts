import { expect } from 'vitest';
import type { ContextItem, ModelRequest } from '../../src/model/port.ts';
import { chunk, DONE, streamed } from '../support/model-server.ts';
import { exchange, type Overrides } from './client.ts';

/** A short answer. */
export const ANSWER = streamed(chunk({ content: 'Hi' }, 'stop'), DONE);

/** Returns the body of a chat request as the server gets it. */
export async function bodyOf(
  request: ModelRequest,
  overrides: Overrides = {},
): Promise<Record<string, unknown>> {
  const { body, events } = await exchange(ANSWER, request, overrides);
  expect(events.at(-1)).toMatchObject({ type: 'finish' });
  return body;
}

/** Returns the messages that are sent for items. */
export async function messagesOf(
  items: readonly ContextItem[],
  overrides: Overrides = {},
  fields: Partial<ModelRequest> = {},
): Promise<unknown> {
  return (await bodyOf({ model: 'small', items, ...fields }, overrides))['messages'];
}

/** An item of a context. */
export function message(
  role: 'user' | 'assistant' | 'system' | 'developer',
  text: string,
): ContextItem {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  return { type: 'message', role, content: [{ type, text }] };
}

export function call(id: string, name = 'look', text = '{"at":"lake"}'): ContextItem {
  return { type: 'function_call', call_id: id, name, arguments: text };
}

export function output(id: string, text: string): ContextItem {
  return { type: 'function_call_output', call_id: id, output: text };
}

/** A call as Chat Completions has it. */
export function sentCall(id: string, name = 'look', text = '{"at":"lake"}'): object {
  return { id, type: 'function', function: { name, arguments: text } };
}

export function reasoning(text: string): ContextItem {
  return { type: 'reasoning', content: [{ text }] };
}
