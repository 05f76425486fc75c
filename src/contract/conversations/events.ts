/** The events of the change feed, in one table. */

import { Type, type Static, type TSchema } from 'typebox';

const Text = Type.String();
const Position = Type.Integer({
  minimum: 0,
  description: 'The place of the item in its conversation, which grows with every item',
});
const ofItem = { item_id: Text, position: Position };

/** The fields of each event after those that all have, in the order of the JSON. */
const FEED_EVENTS = {
  'conversation.created': {},
  'conversation.updated': {},
  'conversation.deleted': {},
  'conversation.restored': {},
  'conversation.rewound': { position: Position },
  'conversation.item.created': ofItem,
  'conversation.item.deleted': ofItem,
} as const satisfies Readonly<Record<string, Readonly<Record<string, TSchema>>>>;

export type FeedEventType = keyof typeof FEED_EVENTS;

const common = {
  id: Type.String({ description: 'The same when the event is sent again' }),
  object: Type.Literal('conversation.event'),
  created_at: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
  conversation_id: Text,
};

/** The schema of all events, for the document. */
export const ConversationEvent: TSchema = Type.Unsafe({
  title: 'ConversationEvent',
  anyOf: Object.entries(FEED_EVENTS).map(([type, fields]) => {
    const words = type.split('.').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return Type.Object(
      { type: Type.Literal(type), ...common, ...fields },
      { title: `${words.join('')}Event` },
    );
  }),
});

const Common = Type.Object(common);

/** An event as it is served. */
export type FeedEvent = { readonly type: FeedEventType } & Readonly<Static<typeof Common>> & {
    readonly item_id?: string;
    readonly position?: number;
  };

/** Returns an event as a frame of `text/event-stream`, with the cursor that follows it. */
export function feedFrame(event: FeedEvent, cursor: string): string {
  return `event: ${event.type}\nid: ${cursor}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Returns a frame without an event, which moves the cursor of the reader on. */
export function cursorFrame(cursor: string): string {
  return `id: ${cursor}\n\n`;
}

/** Returns the frame of a failure, after which the feed ends. */
export function feedFailureFrame(error: {
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
}): string {
  const { type, code, message } = error;
  return `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, code, message, param: null } })}\n\n`;
}
