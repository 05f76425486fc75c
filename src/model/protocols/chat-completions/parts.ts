/** Parts of messages, as Chat Completions has them. */

import type { JsonObject } from '../../../base/json-object.ts';
import type { ModelProfile } from '../../../options/model-server.ts';
import { decodedText } from '../../decoded-text.ts';
import { unsupported } from '../../failure.ts';
import type { ContextPart } from '../../port.ts';
import { definedFields } from '../parameters.ts';

/** A message's content: text alone is a text, since not every template takes parts. */
export type ChatContent = string | readonly JsonObject[];

/** Encodes the parts of a message. `path` is the place of its content in the request. */
export function chatContent(
  parts: readonly ContextPart[],
  profile: ModelProfile,
  path: string,
): ChatContent {
  const encoded = parts.map((part, index) => chatPart(part, profile, `${path}[${index}]`));
  const [only] = encoded;
  if (only === undefined) return '';
  return encoded.length === 1 && typeof only['text'] === 'string' ? only['text'] : encoded;
}

function chatPart(part: ContextPart, profile: ModelProfile, path: string): JsonObject {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: part.text };
    case 'refusal':
      return { type: 'text', text: part.refusal };
    case 'input_image':
      return imagePart(part, profile, path);
    case 'input_file':
      return filePart(part, profile, path);
    case 'input_audio':
      if (profile.audio) return { type: 'input_audio', input_audio: part.input_audio };
      throw unsupported(path, 'this model server takes no audio');
  }
}

function imagePart(
  { image_url: url = null, detail }: Extract<ContextPart, { type: 'input_image' }>,
  profile: ModelProfile,
  path: string,
): JsonObject {
  if (url === null) {
    throw unsupported(`${path}.file_id`, 'a model server cannot load an image by the id of a file');
  }
  if (profile.images === 'data_url' && !url.startsWith('data:')) {
    throw unsupported(`${path}.image_url`, 'this model server takes images as data URLs only');
  }
  const shown = detail === 'auto' ? undefined : detail;
  return { type: 'image_url', image_url: definedFields({ url, detail: shown }) };
}

const TEXT_DATA_URL = /^data:text\/[^,;]*(?:;charset=[^,;]*)?(;base64)?,/i;

/** Encodes a file. Servers that take none get the files of plain text as text. */
function filePart(
  {
    file_data: data = null,
    file_id: id = null,
    filename,
  }: Extract<ContextPart, { type: 'input_file' }>,
  { files }: ModelProfile,
  path: string,
): JsonObject {
  if (data === null) {
    const field = id === null ? 'file_url' : 'file_id';
    throw unsupported(
      `${path}.${field}`,
      'a model server takes files by their data only, not by an id or a URL',
    );
  }
  if (files) return { type: 'file', file: definedFields({ filename, file_data: data }) };
  const [head, base64] = TEXT_DATA_URL.exec(data) ?? [];
  if (head === undefined) {
    throw unsupported(`${path}.file_data`, 'this model server takes files of plain text only');
  }
  const body = data.slice(head.length);
  const text =
    base64 === undefined ? decodedText(body) : Buffer.from(body, 'base64').toString('utf8');
  return { type: 'text', text };
}
