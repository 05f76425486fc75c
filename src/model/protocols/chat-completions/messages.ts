/** The messages of a chat request. */

import type { JsonObject } from '../../../base/json-object.ts';
import type { ModelProfile } from '../../../options/model-server.ts';
import type { ContextCall, ContextOutput, ContextPart, ModelRequest } from '../../port.ts';
import type { ToolNames } from '../../tool-names.ts';
import { isMedia, joinedText, sentCall } from '../context-items.ts';
import { sentArguments } from '../parameters.ts';
import { grouped, type AssistantGroup, type Group } from './groups.ts';
import { chatContent, type ChatContent } from './parts.ts';

interface ChatMessage {
  readonly role: string;
  readonly content?: ChatContent | null;
  readonly [field: string]: unknown;
}

/** Encodes instructions and items. Throws a `ModelServerError` for what the server cannot take. */
export function chatMessages(
  request: ModelRequest,
  profile: ModelProfile,
  names: ToolNames,
): readonly JsonObject[] {
  const groups = grouped(request.items);
  const lastUser = groups.findLastIndex(isOfUser);
  const keeps = reasoningToKeep(request, profile);
  const messages: ChatMessage[] = [];
  const { instructions } = request;
  if (instructions !== undefined && instructions !== '') {
    messages.push({ role: systemRole('developer', profile), content: instructions });
  }
  for (const [index, group] of groups.entries()) {
    if (group.kind === 'assistant') {
      messages.push(...assistantMessages(group, keeps(group, index > lastUser), profile, names));
    } else if (group.kind === 'message') {
      const { item, index: place } = group.message;
      const content = chatContent(item.content, profile, `input[${place}].content`);
      messages.push({
        role: item.role === 'user' ? 'user' : systemRole(item.role, profile),
        content,
      });
    } else {
      messages.push(...outputMessages([group.output], profile));
    }
  }
  return arranged(messages, profile);
}

function isOfUser(group: Group): boolean {
  return group.kind === 'message' && group.message.item.role === 'user';
}

function systemRole(role: string, { developerRole }: ModelProfile): string {
  return developerRole ? role : 'system';
}

/** Returns the rule by which a group's reasoning is sent, given whether it belongs to the current turn. */
function reasoningToKeep(
  { reasoningContext }: ModelRequest,
  { reasoningBack }: ModelProfile,
): (group: AssistantGroup, isCurrent: boolean) => boolean {
  if (reasoningBack === 'none') return () => false;
  if (reasoningContext === 'all_turns') return () => true;
  if (reasoningBack === 'all' && reasoningContext !== 'current_turn') return () => true;
  if (reasoningBack === 'tool_turns') {
    return ({ calls }, isCurrent) => isCurrent || calls.length > 0;
  }
  return (_group, isCurrent) => isCurrent;
}

function assistantMessages(
  group: AssistantGroup,
  keepsReasoning: boolean,
  profile: ModelProfile,
  names: ToolNames,
): readonly ChatMessage[] {
  const [first] = group.messages;
  const parts =
    first !== undefined && group.messages.length === 1
      ? first.item.content
      : group.messages.flatMap(({ item }) => item.content);
  const refusals = profile.refusals === 'field' ? parts.filter(isRefusal) : [];
  const text = joinedText(
    refusals.length === 0 ? parts : parts.filter((part) => !refusals.includes(part)),
  );
  const { calls } = group;
  // Reasoning alone is not a message: templates render an empty one, or refuse it.
  if (text === '' && refusals.length === 0 && calls.length === 0) return [];
  const reasoning = group.reasoning
    .flatMap(({ content }) => (content ?? []).map((part) => part.text))
    .join('\n');
  const fields: Record<string, unknown> = {};
  if (refusals.length > 0) fields['refusal'] = joinedText(refusals);
  if (keepsReasoning && reasoning !== '') fields[profile.reasoningField] = reasoning;
  else if (profile.reasoningRequired && calls.length > 0) fields[profile.reasoningField] = '';
  if (calls.length > 0) fields['tool_calls'] = calls.map((call) => toolCall(call, profile, names));
  const message = { role: 'assistant', ...contentField(text, profile), ...fields };
  if (group.outputs.length === 0) return [message];
  return [message, ...outputMessages(group.outputs, profile)];
}

function isRefusal({ type }: ContextPart): boolean {
  return type === 'refusal';
}

function contentField(text: string, { emptyContent }: ModelProfile): Pick<ChatMessage, 'content'> {
  if (text !== '' || emptyContent === 'empty') return { content: text };
  return emptyContent === 'null' ? { content: null } : {};
}

function toolCall(call: ContextCall, profile: ModelProfile, names: ToolNames): JsonObject {
  const { id, name, text } = sentCall(call, names);
  return {
    id,
    type: 'function',
    function: { name, arguments: sentArguments(text, profile) },
  };
}

/** Encodes the outputs of one group. Images follow in a message of the user where tool messages have text only. */
function outputMessages(
  outputs: readonly { readonly item: ContextOutput; readonly index: number }[],
  profile: ModelProfile,
): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  const media: JsonObject[] = [];
  for (const { item, index } of outputs) {
    const { call_id: id, output } = item;
    const path = `input[${index}].output`;
    if (typeof output === 'string' || !output.some(isMedia)) {
      const content = typeof output === 'string' ? output : joinedText(output);
      messages.push({ role: 'tool', tool_call_id: id, content });
      continue;
    }
    const encoded = chatContent(output, profile, path);
    if (profile.toolImages === 'tool') {
      messages.push({ role: 'tool', tool_call_id: id, content: encoded });
      continue;
    }
    const text = joinedText(output);
    messages.push({ role: 'tool', tool_call_id: id, content: text === '' ? '[image]' : text });
    const parts = typeof encoded === 'string' ? [{ type: 'text', text: encoded }] : encoded;
    media.push(...parts.filter((_part, place) => isMediaAt(output, place)));
  }
  return media.length === 0 ? messages : [...messages, { role: 'user', content: media }];
}

function isMediaAt(parts: readonly ContextPart[], index: number): boolean {
  const part = parts[index];
  return part !== undefined && isMedia(part);
}

/** Applies what a server's templates demand of the order and the roles of messages. */
function arranged(
  messages: readonly ChatMessage[],
  { leadingSystem, laterSystem, userMessages }: ModelProfile,
): readonly JsonObject[] {
  const isSystem = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
  const end = messages.findIndex((message) => !isSystem(message));
  const leading = messages.slice(0, end === -1 ? messages.length : end);
  const rest = messages
    .slice(leading.length)
    .map((message) =>
      isSystem(message) && laterSystem === 'user' ? { ...message, role: 'user' } : message,
    );
  const head = leadingSystem === 'merged' ? merged(leading, isSystem) : leading;
  const tail = userMessages === 'merged' ? merged(rest, ({ role }) => role === 'user') : rest;
  return [...head, ...tail];
}

/** Joins neighbours that both pass the test. */
function merged(
  messages: readonly ChatMessage[],
  isMergeable: (message: ChatMessage) => boolean,
): readonly ChatMessage[] {
  const result: ChatMessage[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (last === undefined || !isMergeable(last) || !isMergeable(message)) {
      result.push(message);
      continue;
    }
    result[result.length - 1] = {
      ...last,
      content: mergedContent(last.content ?? '', message.content ?? ''),
    };
  }
  return result;
}

function mergedContent(first: ChatContent, second: ChatContent): ChatContent {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`;
  return [...contentParts(first), ...contentParts(second)];
}

function contentParts(content: ChatContent): readonly JsonObject[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
