/** Events as they are stored: JSON without the number, which is their place. */

import { streamEvent, type StreamEvent } from '../../contract/responses/stream-events.ts';
import type { LastEvents } from '../../store/background/port.ts';
import { responseOf, type ResponseHead, type TerminalType } from '../responses/turn-response.ts';

/** An event of a stream that is read from the store. */
export interface EventText {
  readonly type: string;
  readonly sequence: number;
  readonly json: string;
}

/** Returns the text of an event without its number, which is the last field. */
export function unnumbered(event: StreamEvent): string {
  const text = JSON.stringify(event);
  const number = `,"sequence_number":${event.sequence_number}}`;
  if (!text.endsWith(number)) throw new Error('an event does not end with its number');
  return text.slice(0, -number.length);
}

export function numbered(text: string, sequence: number): EventText {
  const [, type = ''] = /^\{"type":"([^"]*)"/.exec(text) ?? [];
  return { type, sequence, json: `${text},"sequence_number":${sequence}}` };
}

/** Returns an event as a frame of `text/event-stream`. */
export function eventFrame({ type, json }: EventText): string {
  return `event: ${type}\ndata: ${json}\n\n`;
}

/** Checks that no event comes after one of this type. */
export function isTerminal({ type }: Pick<EventText, 'type'>): boolean {
  return (
    type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed'
  );
}

/** Returns the events of a response before its turn. */
export function firstEvents(head: ResponseHead): readonly StreamEvent[] {
  const response = responseOf(head, { status: 'queued' }, []);
  return (['response.created', 'response.queued'] as const).map((type, sequence) =>
    streamEvent(type, sequence, { response }),
  );
}

/** Number of the first event of a turn in the background. */
export const FIRST_OF_TURN = 2;

/** Returns the last event as it is stored with its response. */
export function lastEvents(head: ResponseHead, terminal: StreamEvent<TerminalType>): LastEvents {
  return { terminal: unnumbered(terminal), before: firstEvents(head).map(unnumbered) };
}
