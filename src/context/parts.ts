import { isJsonObject, objectsOf, stringField, type JsonObject } from '../base/json-object.ts';
import type { ContextPart } from '../model/port.ts';
import type { Repairs } from './repairs.ts';

/** Parts that hold a model's thoughts, which must not be shown as its words. */
const THOUGHTS = new Set(['reasoning_text', 'summary_text', 'thinking']);

/** Returns the parts in a field of an item that a model can be shown. */
export function contextParts(
  item: JsonObject,
  field: string,
  repairs: Repairs,
): readonly ContextPart[] {
  const parts = objectsOf(item, field).map(contextPart);
  const shown = parts.filter((part) => part !== undefined);
  for (let unknown = parts.length - shown.length; unknown > 0; unknown -= 1) {
    repairs.add('unknown_part');
  }
  return shown;
}

/** Returns the output of a call: a text as it is, or its parts. */
export function outputParts(item: JsonObject, repairs: Repairs): string | readonly ContextPart[] {
  return stringField(item, 'output') ?? contextParts(item, 'output', repairs);
}

function contextPart(part: JsonObject): ContextPart | undefined {
  const type = stringField(part, 'type') ?? '';
  const text = stringField(part, 'text');
  switch (type) {
    case 'refusal': {
      const refusal = stringField(part, 'refusal');
      return refusal === undefined ? undefined : { type, refusal };
    }
    case 'input_image':
    case 'computer_screenshot':
      return {
        type: 'input_image',
        image_url: stringField(part, 'image_url'),
        file_id: stringField(part, 'file_id'),
        detail: stringField(part, 'detail'),
      };
    case 'input_file':
      return {
        type,
        filename: stringField(part, 'filename'),
        file_data: stringField(part, 'file_data'),
        file_url: stringField(part, 'file_url'),
        file_id: stringField(part, 'file_id'),
      };
    case 'input_audio':
      return audioPart(part['input_audio']);
    case 'input_text':
    case 'output_text':
      return text === undefined ? undefined : { type, text };
    default:
      // Parts of other programs' types are shown if they are text.
      return text === undefined || THOUGHTS.has(type) ? undefined : { type: 'text', text };
  }
}

function audioPart(audio: unknown): ContextPart | undefined {
  if (!isJsonObject(audio)) return undefined;
  const data = stringField(audio, 'data');
  const format = stringField(audio, 'format');
  if (data === undefined || format === undefined) return undefined;
  return { type: 'input_audio', input_audio: { data, format } };
}
