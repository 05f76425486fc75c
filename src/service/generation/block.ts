/** An item of an answer while it grows. It makes the events of the stream that clients assemble it from. */

import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { StreamEventFields, StreamEventType } from '../../contract/responses/stream-events.ts';

/** An event of a stream without its number. */
export type BareEvent = {
  readonly [Type in StreamEventType]: { readonly type: Type } & StreamEventFields<Type>;
}[StreamEventType];

export type ItemStatus = 'completed' | 'incomplete';

export function event<Type extends StreamEventType>(
  type: Type,
  fields: StreamEventFields<Type>,
): BareEvent {
  // Sound: the fields of this type.
  return { type, ...fields } as BareEvent;
}

/** An item that is under way. */
export interface Block {
  /** The events that begin it. */
  open(): readonly BareEvent[];
  /** The events that end it, and the whole item. */
  close(status: ItemStatus): { readonly events: readonly BareEvent[]; readonly item: OutputItem };
}

export interface Place {
  readonly id: string;
  /** Index of the item in the answer. */
  readonly outputIndex: number;
}

export function added({ outputIndex }: Place, item: OutputItem): BareEvent {
  return event('response.output_item.added', { output_index: outputIndex, item });
}

export function done({ outputIndex }: Place, item: OutputItem): BareEvent {
  return event('response.output_item.done', { output_index: outputIndex, item });
}
