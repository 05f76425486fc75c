/** Results of calls, as text. */

import { isJsonObject, objectsOf, stringField, type JsonObject } from '../base/json-object.ts';
import type { ToolOutcome } from './port.ts';

/** Returns the outcome of a call's result. Images and audio are named, not kept. */
export function outcomeOf(result: JsonObject, maxBytes: number): ToolOutcome {
  const parts = objectsOf(result, 'content').map(partText);
  const structured = result['structuredContent'];
  if (parts.length === 0 && structured !== undefined) parts.push(JSON.stringify(structured));
  const text = cut(parts.join('\n').toWellFormed(), maxBytes);
  return { kind: result['isError'] === true ? 'tool_error' : 'output', text };
}

function partText(part: JsonObject): string {
  const type = stringField(part, 'type') ?? '';
  const resource = isJsonObject(part['resource']) ? part['resource'] : part;
  const text = stringField(part, 'text') ?? stringField(resource, 'text');
  if (text !== undefined) return text;
  const kind = stringField(resource, 'mimeType');
  const uri = stringField(resource, 'uri');
  return `[${[type, kind, uri].filter((word) => word !== undefined).join(' ')}]`;
}

/** Cuts a text to a number of bytes, between characters, and says so. */
function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const kept = new TextDecoder().decode(Buffer.from(text).subarray(0, maxBytes), { stream: true });
  return `${kept}\n[cut: ${maxBytes} of ${bytes} bytes]`;
}
