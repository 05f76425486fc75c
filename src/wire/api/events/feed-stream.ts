import { Type } from 'typebox';
import {
  cursorFrame,
  feedFailureFrame,
  feedFrame,
} from '../../../contract/conversations/events.ts';
import type { FeedStep } from '../../../service/feed/feed.ts';
import { eventStream, type StreamAnswer } from '../../http/answer.ts';
import type { Call } from '../../http/call.ts';
import type { Route } from '../../http/route.ts';

const LAST_EVENT_ID = 'last-event-id';

/** A comment, for a reader that may come back. */
const END = ': the feed ends here; go on after the last id\n\n';

/** The parameter of a feed, which the header of `EventSource` may replace. */
export const FEED_QUERY = {
  after: {
    description:
      'The `id` of the last frame that the reader has: the feed goes on after it. Without it, and without `Last-Event-ID`, it begins now.',
    schema: Type.Optional(Type.String()),
  },
};

export const FEED_HEADERS: NonNullable<Route['headers']> = {
  [LAST_EVENT_ID]: {
    description: 'The same as `after`, which comes first.',
    schema: Type.Optional(Type.String()),
  },
};

/** Returns the cursor that a request has sent; an empty one counts as none. */
export function cursorOf(call: Call<{ readonly after: string | undefined }>): string | undefined {
  return call.query.after ?? (call.header(LAST_EVENT_ID) || undefined);
}

/** Returns a stream of the events of a feed, which ends with an error when the caller's credentials do. */
export function feedStream(
  call: Pick<Call, 'reauthenticate'>,
  feed: AsyncGenerator<readonly FeedStep[], void, undefined>,
): StreamAnswer {
  async function* frames(): AsyncGenerator<string, string, void> {
    for await (const steps of feed) {
      await call.reauthenticate();
      yield steps.map(frameOf).join('');
    }
    return END;
  }
  return eventStream(frames(), feedFailureFrame);
}

function frameOf({ event, cursor }: FeedStep): string {
  return event === undefined ? cursorFrame(cursor) : feedFrame(event, cursor);
}
