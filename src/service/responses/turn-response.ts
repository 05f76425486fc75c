/** The Response object of a turn, and the events and rows that have it. */

import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { ResponseEcho } from '../../contract/responses/parameters/table.ts';
import {
  responseObject,
  type ResponseObject,
  type ResponseState,
} from '../../contract/responses/response.ts';
import { streamEvent, type StreamEvent } from '../../contract/responses/stream-events.ts';
import type { FinishReason, ModelUsage } from '../../model/port.ts';
import type { NewResponse, ResponseItem } from '../../store/responses/port.ts';

/** The fields of a response that stay the same until its end. */
export interface ResponseHead {
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly model: string;
  readonly conversationId: string | undefined;
  readonly echo: ResponseEcho;
}

/** The way in which a response ends, as its state has it. */
export type Ending =
  Extract<ResponseState, { readonly usage: unknown }> extends infer State
    ? State extends ResponseState
      ? Omit<State, 'id' | 'model' | 'conversationId' | 'createdAt' | 'usage'>
      : never
    : never;

export type TerminalType = 'response.completed' | 'response.incomplete' | 'response.failed';

export type ResponseProgress =
  | { readonly status: 'queued' | 'in_progress' }
  | (Ending & { readonly usage: ModelUsage | null });

/** Returns the ending of an answer that is whole, or was cut at a limit. */
export function endingOf(reason: FinishReason): Ending {
  return reason === 'stop'
    ? { status: 'completed', completedAt: Date.now() }
    : {
        status: 'incomplete',
        reason: reason === 'length' ? 'max_output_tokens' : 'content_filter',
      };
}

/** Returns the Response object at a point of its progress. */
export function responseOf(
  { id, createdAt, model, conversationId, echo }: ResponseHead,
  progress: ResponseProgress,
  output: readonly OutputItem[],
): ResponseObject {
  // Sound: each state with what all of them have.
  const whole = { id, createdAt, model, conversationId, ...progress } as ResponseState;
  return responseObject(echo, whole, output);
}

/** Returns the last event of a stream, whose response has ended. That of a cancelled one is `response.failed`. */
export function terminalEvent(
  response: ResponseObject,
  sequence: number,
): StreamEvent<TerminalType> {
  const { status } = response;
  const type =
    status === 'completed' || status === 'incomplete'
      ? (`response.${status}` as const)
      : 'response.failed';
  return streamEvent(type, sequence, { response });
}

/** Returns the row of a response that has ended. `rest` are output items that are not stored as items. */
export function storedResponse(
  head: ResponseHead,
  end: Ending & { readonly usage: ModelUsage | null },
  rest: readonly OutputItem[],
  report: string | null,
): NewResponse {
  const { id, createdAt } = head;
  const data = JSON.stringify(responseOf(head, end, []));
  const { status } = end;
  const others = rest.length === 0 ? null : JSON.stringify(rest);
  return { id, createdAt, status, data, rest: others, tokens: end.usage, report };
}

const CALLS = new Set<string>(['function_call', 'custom_tool_call', 'mcp_call']);

/** Checks for a call that was cut off, which nobody could answer. */
export function isCutCall(item: OutputItem): boolean {
  return CALLS.has(item.type) && 'status' in item && item.status === 'incomplete';
}

/** Returns an item of the output as it is stored. */
export function storedItem(item: OutputItem): ResponseItem {
  return { kind: 'minted', id: item.id, type: item.type, data: JSON.stringify(item) };
}
