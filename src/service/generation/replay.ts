/** The events of a response that has ended, as those who have missed its stream receive them. */

import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { ResponseEcho } from '../../contract/responses/parameters/table.ts';
import type { ResponseObject } from '../../contract/responses/response.ts';
import { streamEvent, type StreamEvent } from '../../contract/responses/stream-events.ts';
import { added, done, type BareEvent, type ItemStatus, type Place } from './block.ts';
import { CallBlock, type CallStart } from './call-block.ts';
import { MessageBlock } from './message-block.ts';
import { ReasoningBlock } from './reasoning-block.ts';

type Of<Type extends OutputItem['type']> = Extract<OutputItem, { readonly type: Type }>;

/**
 * Returns all events of a completed or an incomplete response, each text in one delta. The last one is the terminal
 * event. `echo` are the fields that repeat the request, as they were before the model has answered.
 */
export function replayedEvents(
  response: ResponseObject,
  echo: ResponseEcho,
): readonly StreamEvent[] {
  const begun: ResponseObject = {
    ...response,
    ...echo,
    status: 'in_progress',
    completed_at: null,
    incomplete_details: null,
    output: [],
    usage: null,
  };
  const isWhole = response.status === 'completed';
  const events: readonly BareEvent[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...response.output.flatMap((item, outputIndex) => itemEvents(item, outputIndex)),
    { type: isWhole ? 'response.completed' : 'response.incomplete', response },
  ];
  // Sound: the fields of this type.
  return events.map((event, place) => streamEvent(event.type, place, event as never));
}

function itemEvents(item: OutputItem, outputIndex: number): readonly BareEvent[] {
  const place = { id: item.id ?? '', outputIndex };
  switch (item.type) {
    case 'message':
      return messageEvents(item, place);
    case 'reasoning':
      return reasoningEvents(item, place);
    case 'function_call':
      return callEvents(item, place, { tool: 'function', text: item.arguments });
    case 'custom_tool_call':
      return callEvents(item, place, { tool: 'custom', text: item.input });
    default:
      return [added(place, item), done(place, item)];
  }
}

function messageEvents(item: Of<'message'>, place: Place): readonly BareEvent[] {
  const block = new MessageBlock(place, item.phase);
  const events = [...block.open()];
  for (const part of item.content) {
    if (part.type === 'refusal') {
      events.push(...block.refusal(part.refusal));
      continue;
    }
    events.push(...block.text(part.text));
    for (const annotation of part.annotations) events.push(...block.annotation(annotation));
    block.logprobs(part.logprobs ?? []);
  }
  return [...events, ...block.close(statusOf(item.status)).events];
}

function reasoningEvents(item: Of<'reasoning'>, place: Place): readonly BareEvent[] {
  const block = new ReasoningBlock(place, () => item.encrypted_content ?? undefined);
  const events = [...block.open()];
  item.summary.forEach(({ text }, index) => events.push(...block.summary(index, text)));
  for (const { text } of item.content ?? []) events.push(...block.text(text));
  return [...events, ...block.close().events];
}

function callEvents(
  item: Of<'function_call' | 'custom_tool_call'>,
  place: Place,
  { tool, text }: Pick<CallStart, 'tool'> & { readonly text: string },
): readonly BareEvent[] {
  const { call_id: callId, name, namespace } = item;
  const block = new CallBlock(place, { tool, callId, name, namespace });
  const events = [...block.open(), ...block.argument(text)];
  return [...events, ...block.close(statusOf(item.status)).events];
}

function statusOf(status: string | undefined): ItemStatus {
  return status === 'incomplete' ? 'incomplete' : 'completed';
}
