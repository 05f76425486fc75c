/** Sizes of what a model is shown, in bytes. The bytes of a token differ by model and language, and are learnt. */

import type { ContextItem, ContextPart } from '../model/port.ts';

/** Bytes that the template of a model adds to a message or a call. */
const ITEM_BYTES = 16;
/** An image, a file or audio takes tokens by its content, not by its bytes. */
const MEDIA_BYTES = 4_096;

/** Returns the bytes of an item. */
export function itemBytes(item: ContextItem): number {
  return ITEM_BYTES + contentBytes(item);
}

/** Returns the bytes of items. */
export function itemsBytes(items: readonly ContextItem[]): number {
  return items.reduce((bytes, item) => bytes + itemBytes(item), 0);
}

function contentBytes(item: ContextItem): number {
  switch (item.type) {
    case 'message':
      return partsBytes(item.content);
    case 'reasoning':
      return [...(item.content ?? []), ...(item.summary ?? [])].reduce(
        (bytes, { text }) => bytes + textBytes(text),
        0,
      );
    case 'function_call':
      return textBytes(item.name) + textBytes(item.arguments);
    case 'custom_tool_call':
      return textBytes(item.name) + textBytes(item.input);
    case 'mcp_call':
      return textBytes(item.name) + textBytes(item.arguments) + textBytes(item.output ?? '');
    case 'function_call_output':
    case 'custom_tool_call_output':
      return typeof item.output === 'string' ? textBytes(item.output) : partsBytes(item.output);
  }
}

function partsBytes(parts: readonly ContextPart[]): number {
  return parts.reduce((bytes, part) => bytes + partBytes(part), 0);
}

function partBytes(part: ContextPart): number {
  if ('text' in part) return textBytes(part.text);
  return 'refusal' in part ? textBytes(part.refusal) : MEDIA_BYTES;
}

/** Returns the bytes of a text. */
export function textBytes(text: string): number {
  return Buffer.byteLength(text);
}
