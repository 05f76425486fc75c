/** Parts of a context that a model can read one after the other. */

import type { ContextItem, ContextPart } from '../model/port.ts';
import { itemBytes, itemsBytes, textBytes } from './measure.ts';
import { turnBounds } from './turn-bounds.ts';

/** Text in the place of the middle of a text that is too long. */
const ELLIPSIS = '\n[…]\n';
/** Least bytes that are left of a clipped text. */
const LEAST_BYTES = 64;

/** Returns the leading messages of a context, and its turns. */
export function turnsOf(items: readonly ContextItem[]): {
  readonly leading: readonly ContextItem[];
  readonly turns: readonly (readonly ContextItem[])[];
} {
  const { leading, starts } = turnBounds(items, () => false);
  return {
    leading: items.slice(0, leading),
    turns: starts.map((start, place) => items.slice(start, starts[place + 1])),
  };
}

/**
 * Returns the number of turns that fit, and their items. Of a first turn that does not fit, the longest texts are
 * clipped in their middle.
 */
export function firstChunk(
  turns: readonly (readonly ContextItem[])[],
  budget: number,
): { readonly count: number; readonly items: readonly ContextItem[] } {
  let bytes = 0;
  const end = turns.findIndex((turn) => {
    bytes += itemsBytes(turn);
    return bytes > budget;
  });
  const count = end === -1 ? turns.length : end;
  if (count > 0) return { count, items: turns.slice(0, count).flat() };
  return { count: 1, items: clipped(turns[0] ?? [], budget) };
}

/** Clips the texts of items that are longer than their share of a budget. */
function clipped(items: readonly ContextItem[], budget: number): readonly ContextItem[] {
  const share = Math.max(LEAST_BYTES, Math.floor(budget / Math.max(1, items.length)));
  return items.map((item) => (itemBytes(item) <= share ? item : clippedItem(item, share)));
}

function clippedItem(item: ContextItem, bytes: number): ContextItem {
  switch (item.type) {
    case 'message':
      return { ...item, content: clippedParts(item.content, bytes) };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return {
        ...item,
        output:
          typeof item.output === 'string'
            ? clippedText(item.output, bytes)
            : clippedParts(item.output, bytes),
      };
    case 'reasoning':
      return { ...item, content: [], summary: [] };
    case 'mcp_call':
      return { ...item, output: clippedText(item.output ?? '', bytes) };
    case 'custom_tool_call':
      return { ...item, input: clippedText(item.input, bytes) };
    case 'function_call':
      // Cut arguments are not JSON, which some servers parse.
      return { ...item, arguments: '{}' };
  }
}

function clippedParts(parts: readonly ContextPart[], bytes: number): readonly ContextPart[] {
  const texts = parts.filter((part) => 'text' in part);
  const share = Math.floor(bytes / Math.max(1, texts.length));
  // What is not text is left out.
  return texts.map((part) => ({ ...part, text: clippedText(part.text, share) }));
}

/** Cuts a text in its middle to about so many bytes. */
function clippedText(text: string, bytes: number): string {
  if (textBytes(text) <= bytes) return text;
  const kept = Math.max(LEAST_BYTES, bytes - textBytes(ELLIPSIS));
  const half = Math.floor((kept / textBytes(text)) * text.length * 0.5);
  return `${text.slice(0, half)}${ELLIPSIS}${text.slice(text.length - half)}`.toWellFormed();
}
