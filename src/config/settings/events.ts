import type { Table } from './entry.ts';
import { onOff, wholeNumber } from './parsers.ts';

export const EVENTS = {
  events: {
    name: 'events',
    parser: onOff,
    default: 'on',
    description:
      'The change feed. With `off`, its operations are not served, and updates and deletions record nothing for it.',
  },
  eventFeeds: {
    name: 'event-feeds',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 1_000_000),
    default: '1000',
    description: 'Feeds that are open at a time in this process; more are refused.',
  },
  eventRetentionDays: {
    name: 'event-retention-days',
    placeholder: 'DAYS',
    parser: wholeNumber(1, 3650),
    default: '7',
    description: 'How long a reader of the feed may be away.',
  },
} as const satisfies Table;
