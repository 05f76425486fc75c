import type { Table } from './entry.ts';
import { choice, onOff, wholeNumber } from './parsers.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

export const REQUESTS = {
  strict: {
    name: 'strict',
    parser: onOff,
    default: 'off',
    description:
      "Refuse what OpenAI's service refuses. Without it, items of other providers and of unknown types are kept.",
  },
  dialect: {
    name: 'dialect',
    placeholder: 'NAME',
    parser: choice(['openai', 'llama-stack']),
    default: 'openai',
    description:
      "`openai`, or `llama-stack` to answer the deletion of an item as Llama Stack's clients expect.",
  },
  maxItemsPerRequest: {
    name: 'max-items-per-request',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 100_000),
    description: 'Items that one request may add. Not given: 1,000, or 20 with `strict`.',
  },
  maxPageSize: {
    name: 'max-page-size',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 100_000),
    description: 'Largest `limit` of a list. Not given: 1,000, or 100 with `strict`.',
  },
  maxHistoryItems: {
    name: 'max-history-items',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 1_000_000),
    default: '10000',
    description: 'Items that one fork may copy, or one rewind remove.',
  },
  maxHistoryBytes: {
    name: 'max-history-bytes',
    placeholder: 'BYTES',
    parser: wholeNumber(1024, GIB),
    default: String(64 * MIB),
    description: 'Bytes of the items that one fork may copy, or one rewind remove.',
  },
  search: {
    name: 'search',
    parser: onOff,
    default: 'on',
    description:
      'Index the words of items, and serve `POST /v1/conversations/search`. Without it, new items wait until it is on again.',
  },
  maxBodyBytes: {
    name: 'max-body-bytes',
    placeholder: 'BYTES',
    parser: wholeNumber(1024, GIB),
    default: String(32 * MIB),
    description: 'Largest request body.',
  },
  maxNesting: {
    name: 'max-nesting',
    placeholder: 'LEVELS',
    // Beyond 1,000 levels, writing JSON back could exhaust the stack.
    parser: wholeNumber(8, 1000),
    default: '128',
    description: 'Deepest nesting of arrays and objects in a body.',
  },
} as const satisfies Table;
