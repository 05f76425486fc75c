import { ConversationEvent } from '../../../contract/conversations/events.ts';
import type { Feeds } from '../../../service/feed/feeds.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { CONVERSATION, conversationId, TAG } from '../conversations/paths.ts';
import { defineRoute } from '../define-route.ts';
import { cursorOf, FEED_HEADERS, FEED_QUERY, feedStream } from './feed-stream.ts';

export function streamConversationEvents(feeds: Feeds): Route {
  return defineRoute({
    method: 'GET',
    path: `${CONVERSATION}/events`,
    operationId: 'streamConversationEvents',
    summary: 'Follow the changes of a conversation, until it is deleted',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: onConversation('read'),
    query: FEED_QUERY,
    headers: FEED_HEADERS,
    response: { description: 'Events as `text/event-stream`', schema: ConversationEvent },
    contentType: 'text/event-stream',
    errors: [404, 410],
    handle: async (call) => {
      const request = {
        conversationId: conversationId(call),
        after: cursorOf(call),
        signal: call.signal,
      };
      return feedStream(call, feeds.follow(call.principal, request));
    },
  });
}
