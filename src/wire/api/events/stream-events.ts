import { ConversationEvent } from '../../../contract/conversations/events.ts';
import type { Feeds } from '../../../service/feed/feeds.ts';
import type { Route } from '../../http/route.ts';
import { listing } from '../audited.ts';
import { COLLECTION, TAG } from '../conversations/paths.ts';
import { defineRoute } from '../define-route.ts';
import { cursorOf, FEED_HEADERS, FEED_QUERY, feedStream } from './feed-stream.ts';

export function streamEvents(feeds: Feeds): Route {
  return defineRoute({
    method: 'GET',
    path: `${COLLECTION}/events`,
    operationId: 'streamEvents',
    summary: 'Follow the changes of all conversations that the caller may read',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: listing,
    query: FEED_QUERY,
    headers: FEED_HEADERS,
    response: { description: 'Events as `text/event-stream`', schema: ConversationEvent },
    contentType: 'text/event-stream',
    errors: [410],
    handle: async (call) => {
      const request = { conversationId: undefined, after: cursorOf(call), signal: call.signal };
      return feedStream(call, feeds.follow(call.principal, request));
    },
  });
}
