import type { Table } from './entry.ts';
import { list, parser, secondsAsMs, wholeNumber } from './parsers.ts';

const origin = parser(
  'an origin such as https://app.example.com',
  ['https://app.example.com', 'http://localhost:3000'],
  (text) => (URL.canParse(text) && new URL(text).origin === text ? text : undefined),
);

const MAX_RATE = 1_000_000_000;

export const PROTECTION = {
  rateLimitPerAddress: {
    name: 'rate-limit-per-address',
    placeholder: 'COUNT',
    parser: wholeNumber(0, MAX_RATE),
    default: '0',
    description:
      'Requests a minute from one address, counted before authentication; 0 for no limit.',
  },
  rateLimitPerPrincipal: {
    name: 'rate-limit-per-principal',
    placeholder: 'COUNT',
    parser: wholeNumber(0, MAX_RATE),
    default: '0',
    description:
      'Requests a minute from one principal, counted after authentication; 0 for no limit.',
  },
  corsOrigins: {
    name: 'cors-origins',
    placeholder: 'ORIGINS',
    parser: list(origin),
    default: '',
    description:
      'Origins from which pages may call, separated by commas. Without any, cross-origin calls are refused.',
  },
  requestTimeoutMs: {
    name: 'request-timeout',
    placeholder: 'SECONDS',
    parser: secondsAsMs(1, 3600),
    default: '120',
    description: 'Time in which a request must arrive whole.',
  },
  maxConnections: {
    name: 'max-connections',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 1_000_000),
    default: '10000',
    description: 'Connections at a time; more are turned away.',
  },
} as const satisfies Table;
