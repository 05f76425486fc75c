import { invalidRequest, rateLimited } from './definition.ts';

/** Errors of the change feed. */
export const FEED_ERRORS = {
  event_cursor_invalid: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: () =>
      "Invalid 'after' or 'Last-Event-ID': it is not a cursor of this feed. Send the last one that this path has sent, or start over without it.",
    param: () => 'after',
    cause:
      'The value of `after`, or of the header `Last-Event-ID`, was not made by this feed: it is of another feed or of another database, or was changed.',
    fix: 'Send the `id` of the last frame that was read, unchanged, to the path that it came from. Without one, begin with the list of conversations.',
  }),
  events_expired: invalidRequest({
    status: 410,
    code: 'events_expired',
    message: () =>
      "The events after 'after' are no longer kept. Start over without it, from the list.",
    param: () => 'after',
    cause:
      'The reader was away for longer than `--event-retention-days`, or the database is another one than before.',
    fix: 'Open the feed without `after`, then list the conversations and compare them with what the reader has.',
  }),
  too_many_feeds: rateLimited({
    status: 429,
    code: 'too_many_feeds',
    message: () => 'Too many event feeds are open. Please retry in a few seconds.',
    retryAfterSeconds: () => 5,
    cause: 'This process has as many open feeds as `--event-feeds` allows.',
    fix: 'Retry, close feeds that are not read, or raise the setting.',
  }),
};
