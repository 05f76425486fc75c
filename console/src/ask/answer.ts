/** What a streamed response has brought so far, as items in the form in which they are stored. */

import type { StreamEvent } from '../../../src/contract/responses/stream-events.ts';
import type { Item } from '../api/objects.ts';
import { fields, list, textOf } from '../items/fields.ts';

/** An item that is made. What is typed of it is drawn as text until it is done. */
export interface FormingItem {
  readonly item: Item;
  readonly isDone: boolean;
}

/** How a response has ended. */
interface Ending {
  readonly status: 'completed' | 'incomplete' | 'failed';
  /** Why it has failed, or was cut. */
  readonly message: string;
  readonly code: string | undefined;
}

export interface Answer {
  readonly items: readonly FormingItem[];
  readonly ending: Ending | undefined;
}

export const NO_ANSWER: Answer = { items: [], ending: undefined };

/** Returns an answer with one event more. Events that change nothing that is shown leave it as it is. */
export function withEvent(answer: Answer, event: StreamEvent): Answer {
  switch (event.type) {
    case 'response.output_item.added':
    case 'response.output_item.done': {
      // Sound: an output item has an id and a type.
      const item = event.item as unknown as Item;
      return put(answer, event.output_index, item, event.type.endsWith('.done'));
    }
    case 'response.content_part.added':
      return withPart(answer, event, 'content', event.content_index, event.part);
    case 'response.reasoning_summary_part.added':
      return withPart(answer, event, 'summary', event.summary_index, event.part);
    case 'response.output_text.delta':
    case 'response.reasoning_text.delta':
      return withText(answer, event, 'content', event.content_index, 'text');
    case 'response.refusal.delta':
      return withText(answer, event, 'content', event.content_index, 'refusal');
    case 'response.reasoning_summary_text.delta':
      return withText(answer, event, 'summary', event.summary_index, 'text');
    case 'response.function_call_arguments.delta':
    case 'response.mcp_call_arguments.delta':
      return grown(answer, event, 'arguments');
    case 'response.custom_tool_call_input.delta':
      return grown(answer, event, 'input');
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return { ...answer, ending: endingOf(fields(event.response)) };
    case 'error': {
      const { message, code } = event;
      return { ...answer, ending: { status: 'failed', message, code: code ?? undefined } };
    }
    default:
      return answer;
  }
}

function endingOf(response: Readonly<Record<string, unknown>>): Ending {
  const status = textOf(response['status']);
  const error = fields(response['error']);
  const code = textOf(error['code']) || undefined;
  if (status === 'completed') return { status, message: '', code };
  if (status === 'incomplete') {
    const reason = textOf(fields(response['incomplete_details'])['reason']);
    return { status, message: `The answer was cut: ${reason.replaceAll('_', ' ')}.`, code };
  }
  const stopped = status === 'cancelled' ? 'The response was cancelled.' : '';
  return { status: 'failed', message: textOf(error['message']) || stopped, code };
}

interface Place {
  readonly output_index: number;
}

function put(answer: Answer, index: number, item: Item, isDone: boolean): Answer {
  const items = [...answer.items];
  items[index] = { item, isDone };
  return { ...answer, items };
}

function changed(answer: Answer, { output_index: index }: Place, change: object): Answer {
  const forming = answer.items[index];
  if (forming === undefined) return answer;
  return put(answer, index, { ...forming.item, ...change }, false);
}

function withPart(
  answer: Answer,
  place: Place,
  field: 'content' | 'summary',
  at: number,
  part: object,
): Answer {
  const parts: unknown[] = [...list(answer.items[place.output_index]?.item[field])];
  parts[at] = part;
  return changed(answer, place, { [field]: parts });
}

function withText(
  answer: Answer,
  place: Place & { readonly delta: string },
  field: 'content' | 'summary',
  at: number,
  name: string,
): Answer {
  const part = fields(list(answer.items[place.output_index]?.item[field])[at]);
  const text = `${textOf(part[name])}${place.delta}`;
  return withPart(answer, place, field, at, { ...part, [name]: text });
}

function grown(
  answer: Answer,
  place: Place & { readonly delta: string },
  name: 'arguments' | 'input',
): Answer {
  const text = textOf(answer.items[place.output_index]?.item[name]);
  return changed(answer, place, { [name]: `${text}${place.delta}` });
}
