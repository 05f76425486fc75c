/** The input of a Responses request. */

import type { JsonObject } from '../../../base/json-object.ts';
import type { ModelProfile } from '../../../options/model-server.ts';
import { unsupported } from '../../failure.ts';
import type {
  ContextCall,
  ContextItem,
  ContextOutput,
  ContextPart,
  ContextReasoning,
  ModelRequest,
} from '../../port.ts';
import type { ToolNames } from '../../tool-names.ts';
import { isMedia, joinedText, outputOfMcpCall, sentCall } from '../context-items.ts';
import { definedFields, sentArguments } from '../parameters.ts';

/** Encodes the items of a context. Throws a `ModelServerError` for what the server cannot take. */
export function inputItems(
  request: ModelRequest,
  profile: ModelProfile,
  names: ToolNames,
): readonly JsonObject[] {
  const { items } = request;
  const lastUser = items.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  const input: JsonObject[] = [];
  /** Images of outputs, until a message of the user may follow. */
  let media: JsonObject[] = [];
  const flush = (): void => {
    if (media.length > 0) input.push({ type: 'message', role: 'user', content: media });
    media = [];
  };
  for (const [index, item] of items.entries()) {
    const path = `input[${index}]`;
    switch (item.type) {
      case 'function_call_output':
      case 'custom_tool_call_output':
        if (profile.toolImages === 'user') media.push(...mediaParts(item.output, profile, path));
        input.push(outputItem(item, profile, path));
        break;
      case 'reasoning':
        flush();
        if (keepsReasoning(request, profile, index > lastUser)) {
          input.push(...reasoningItem(item, profile, index));
        }
        break;
      case 'message':
        flush();
        input.push(...messageItem(item, profile, index));
        break;
      default:
        flush();
        input.push(...callItems(item, profile, names));
    }
  }
  flush();
  return input;
}

function keepsReasoning(
  { reasoningContext }: ModelRequest,
  { reasoningBack }: ModelProfile,
  isCurrent: boolean,
): boolean {
  if (reasoningBack === 'none') return false;
  const isAll = reasoningBack === 'all' && reasoningContext !== 'current_turn';
  return isCurrent || isAll || reasoningContext === 'all_turns';
}

function messageItem(
  { role, content }: Extract<ContextItem, { type: 'message' }>,
  profile: ModelProfile,
  index: number,
): readonly JsonObject[] {
  if (content.length === 0) return [];
  if (role !== 'assistant') {
    const sentRole = role === 'developer' && !profile.developerRole ? 'system' : role;
    const parts = contentParts(content, profile, `input[${index}].content`);
    return [{ type: 'message', role: sentRole, content: parts }];
  }
  const parts = content.map((part): JsonObject =>
    part.type === 'refusal' && profile.refusals === 'field'
      ? { type: 'refusal', refusal: part.refusal }
      : { type: 'output_text', text: joinedText([part]), annotations: [] },
  );
  // An incomplete message is called completed: some servers would continue it.
  const named = profile.itemIds ? { id: `msg_${index}`, status: 'completed' } : {};
  return [{ type: 'message', ...named, role, content: parts }];
}

/** Encodes reasoning in the form that the server reads back. Without anything in that form, there is no item. */
function reasoningItem(
  { content, summary, encrypted_content: encrypted }: ContextReasoning,
  { reasoningItem: form, itemIds }: ModelProfile,
  index: number,
): readonly JsonObject[] {
  const named = itemIds ? { id: `rs_${index}` } : {};
  const texts = (content ?? []).map(({ text }) => text).filter((text) => text !== '');
  const shortened = (summary ?? []).map(({ text }) => ({ type: 'summary_text', text }));
  const base = { type: 'reasoning', ...named, summary: shortened };
  if (form === 'encrypted') {
    return (encrypted ?? '') === '' ? [] : [{ ...base, encrypted_content: encrypted }];
  }
  if (texts.length === 0) return [];
  if (form === 'plain_as_encrypted') return [{ ...base, encrypted_content: texts.join('\n') }];
  return [{ ...base, content: texts.map((text) => ({ type: 'reasoning_text', text })) }];
}

function callItems(
  call: ContextCall,
  profile: ModelProfile,
  names: ToolNames,
): readonly JsonObject[] {
  const { id, name, text } = sentCall(call, names);
  if (call.type === 'custom_tool_call' && profile.customTools) {
    return [{ type: 'custom_tool_call', call_id: id, name, input: call.input }];
  }
  const sent = {
    type: 'function_call',
    call_id: id,
    name,
    arguments: sentArguments(text, profile),
  };
  if (call.type !== 'mcp_call') return [sent];
  const { output } = outputOfMcpCall(call);
  return [sent, { type: 'function_call_output', call_id: id, output }];
}

function outputItem(
  { type, call_id: id, output }: ContextOutput,
  profile: ModelProfile,
  path: string,
): JsonObject {
  const sentType = profile.customTools ? type : 'function_call_output';
  if (typeof output === 'string') return { type: sentType, call_id: id, output };
  const hasMedia = output.some(isMedia);
  if (hasMedia && profile.toolImages === 'tool') {
    return { type: sentType, call_id: id, output: contentParts(output, profile, `${path}.output`) };
  }
  const text = joinedText(output);
  return { type: sentType, call_id: id, output: text === '' && hasMedia ? '[image]' : text };
}

function mediaParts(
  output: string | readonly ContextPart[],
  profile: ModelProfile,
  path: string,
): JsonObject[] {
  return typeof output === 'string'
    ? []
    : contentParts(output.filter(isMedia), profile, `${path}.output`);
}

function contentParts(
  parts: readonly ContextPart[],
  profile: ModelProfile,
  path: string,
): JsonObject[] {
  return parts.map((part, index) => contentPart(part, profile, `${path}[${index}]`));
}

function contentPart(part: ContextPart, profile: ModelProfile, path: string): JsonObject {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'refusal':
      return { type: 'input_text', text: joinedText([part]) };
    case 'input_image': {
      const { image_url: url = null, detail } = part;
      if (url === null) {
        throw unsupported(
          `${path}.file_id`,
          'a model server cannot load an image by the id of a file',
        );
      }
      if (profile.images === 'data_url' && !url.startsWith('data:')) {
        throw unsupported(`${path}.image_url`, 'this model server takes images as data URLs only');
      }
      return { type: 'input_image', ...definedFields({ image_url: url, detail }) };
    }
    case 'input_file': {
      const { file_data: data, file_url: url, filename } = part;
      const fields = definedFields({ filename, file_data: data, file_url: url });
      if (profile.files && (data ?? url ?? null) !== null) return { type: 'input_file', ...fields };
      throw unsupported(path, 'this model server takes no files');
    }
    case 'input_audio':
      if (profile.audio) return { type: 'input_audio', input_audio: part.input_audio };
      throw unsupported(path, 'this model server takes no audio');
  }
}
