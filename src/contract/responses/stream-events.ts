/** The events of a streamed response, in one table. */

import { Type, type Static, type TSchema } from 'typebox';
import type { ApiError } from '../errors/registry.ts';
import {
  Annotation,
  Logprob,
  OutputText,
  ReasoningText,
  Refusal,
  SummaryText,
} from '../items/content.ts';
import { nullable } from '../schema/schema.ts';
import { OutputItem } from './output-items.ts';
import { ResponseObject } from './response.ts';

const Index = Type.Integer({ minimum: 0 });
const Text = Type.String();
const ofResponse = { response: ResponseObject };
const ofItem = { item: OutputItem, output_index: Index };
const ofPart = {
  content_index: Index,
  item_id: Text,
  output_index: Index,
  part: Type.Union([OutputText, Refusal, ReasoningText]),
};
const ofSummaryPart = {
  item_id: Text,
  output_index: Index,
  part: SummaryText,
  summary_index: Index,
};
const ofContentDelta = { content_index: Index, delta: Text, item_id: Text, output_index: Index };
const ofPlace = { item_id: Text, output_index: Index };
const ofDelta = { delta: Text, item_id: Text, output_index: Index };
const ErrorBody = Type.Object({
  type: Text,
  code: nullable(Text),
  message: Text,
  param: nullable(Text),
});

/** The fields of each event between `type` and `sequence_number`, in the order of the JSON. */
export const STREAM_EVENTS = {
  'response.created': ofResponse,
  'response.queued': ofResponse,
  'response.in_progress': ofResponse,
  'response.output_item.added': ofItem,
  'response.content_part.added': ofPart,
  'response.output_text.delta': {
    content_index: Index,
    delta: Text,
    item_id: Text,
    logprobs: Type.Array(Logprob),
    output_index: Index,
  },
  'response.output_text.annotation.added': {
    annotation: Annotation,
    annotation_index: Index,
    content_index: Index,
    item_id: Text,
    output_index: Index,
  },
  'response.output_text.done': {
    content_index: Index,
    item_id: Text,
    logprobs: Type.Array(Logprob),
    output_index: Index,
    text: Text,
  },
  'response.refusal.delta': ofContentDelta,
  'response.refusal.done': {
    content_index: Index,
    item_id: Text,
    output_index: Index,
    refusal: Text,
  },
  'response.reasoning_text.delta': ofContentDelta,
  'response.reasoning_text.done': {
    content_index: Index,
    item_id: Text,
    output_index: Index,
    text: Text,
  },
  'response.reasoning_summary_part.added': ofSummaryPart,
  'response.reasoning_summary_text.delta': { ...ofDelta, summary_index: Index },
  'response.reasoning_summary_text.done': {
    item_id: Text,
    output_index: Index,
    summary_index: Index,
    text: Text,
  },
  'response.reasoning_summary_part.done': ofSummaryPart,
  'response.function_call_arguments.delta': ofDelta,
  'response.function_call_arguments.done': {
    arguments: Text,
    item_id: Text,
    name: Text,
    output_index: Index,
  },
  'response.custom_tool_call_input.delta': ofDelta,
  'response.custom_tool_call_input.done': { input: Text, item_id: Text, output_index: Index },
  'response.mcp_list_tools.in_progress': ofPlace,
  'response.mcp_list_tools.completed': ofPlace,
  'response.mcp_list_tools.failed': ofPlace,
  'response.mcp_call.in_progress': ofPlace,
  'response.mcp_call_arguments.delta': ofDelta,
  'response.mcp_call_arguments.done': { arguments: Text, item_id: Text, output_index: Index },
  'response.mcp_call.completed': ofPlace,
  'response.mcp_call.failed': ofPlace,
  'response.content_part.done': ofPart,
  'response.output_item.done': ofItem,
  'response.completed': ofResponse,
  'response.incomplete': ofResponse,
  'response.failed': ofResponse,
  error: { code: nullable(Text), message: Text, param: nullable(Text), error: ErrorBody },
} as const satisfies Readonly<Record<string, Readonly<Record<string, TSchema>>>>;

type Table = typeof STREAM_EVENTS;
export type StreamEventType = keyof Table;

/** The fields of an event that its place does not give. */
export type StreamEventFields<EventType extends StreamEventType> = {
  [Name in keyof Table[EventType]]: Table[EventType][Name] extends TSchema
    ? Static<Table[EventType][Name]>
    : never;
};

type Events = {
  [EventType in StreamEventType]: { type: EventType } & StreamEventFields<EventType> & {
      sequence_number: number;
    };
};
/** An event of one type, or of any. */
export type StreamEvent<EventType extends StreamEventType = StreamEventType> = Events[EventType];

const FIELD_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(STREAM_EVENTS).map(([type, fields]) => [type, Object.keys(fields)]),
);

/** Makes the event at a place of its stream, counted from 0, with its keys in the table's order. */
export function streamEvent<EventType extends StreamEventType>(
  type: EventType,
  sequenceNumber: number,
  fields: StreamEventFields<EventType>,
): StreamEvent<EventType> {
  const given: Readonly<Record<string, unknown>> = fields;
  const event: Record<string, unknown> = { type };
  for (const name of FIELD_NAMES.get(type) ?? []) event[name] = given[name];
  event['sequence_number'] = sequenceNumber;
  // Sound: the table's fields of this type, with the values of the same names.
  return event as StreamEvent<EventType>;
}

/**
 * Makes the event of an error. Its fields are there twice: OpenAI's clients for Node read the outer ones, those for
 * Python the inner ones.
 */
export function errorEvent(
  sequenceNumber: number,
  { type, code, message, param }: Pick<ApiError, 'type' | 'code' | 'message' | 'param'>,
): StreamEvent<'error'> {
  const error = { type, code, message, param };
  return streamEvent('error', sequenceNumber, { code, message, param, error });
}

/** Returns an event as a frame of `text/event-stream`. */
export function streamFrame(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The schema of all events, for the document. */
export const ResponseStreamEvent: TSchema = Type.Unsafe<StreamEvent>({
  title: 'ResponseStreamEvent',
  anyOf: Object.entries<Readonly<Record<string, TSchema>>>(STREAM_EVENTS).map(eventSchema),
});

function eventSchema([type, fields]: readonly [
  string,
  Readonly<Record<string, TSchema>>,
]): TSchema {
  const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return Type.Object(
    { type: Type.Literal(type), ...fields, sequence_number: Index },
    { title: `${words.join('')}Event` },
  );
}
