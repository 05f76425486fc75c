import type { Parser, Table } from './entry.ts';
import { choice, isHost, parser, wholeNumber, yesOrNo } from './parsers.ts';

const metrics: Parser<'auto' | 'on' | 'off' | { readonly host: string; readonly port: number }> =
  parser(
    'on, off, auto, or ADDRESS:PORT such as 127.0.0.1:9464',
    ['on', 'off', '127.0.0.1:9464'],
    (text) => {
      if (text === 'auto') return text;
      const yes = yesOrNo(text);
      if (yes !== undefined) return yes ? 'on' : 'off';
      const [, host = '', digits = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(text) ?? [];
      const port = Number(digits);
      return digits !== '' && port <= 65_535 && isHost(host) ? { host, port } : undefined;
    },
  );

export const OBSERVATION = {
  logLevel: {
    name: 'log-level',
    placeholder: 'LEVEL',
    parser: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    description:
      'Least severity of the lines on standard error: `fatal`, `error`, `warn`, `info` (a line for each request), `debug`, `trace`, or `silent` for none.',
  },
  logFormat: {
    name: 'log-format',
    placeholder: 'FORMAT',
    parser: choice(['auto', 'json', 'pretty']),
    default: 'auto',
    description: '`json`, `pretty`, or `auto`: pretty on a terminal and JSON elsewhere.',
  },
  slowRequestMs: {
    name: 'slow-request',
    placeholder: 'MILLISECONDS',
    parser: wholeNumber(0, 3_600_000),
    default: '1000',
    description:
      'A request that takes so long is logged as slow, with where its time went; 0 for never.',
  },
  metrics: {
    name: 'metrics',
    placeholder: 'WHERE',
    parser: metrics,
    default: 'auto',
    description:
      'Place of `/metrics`, for Prometheus: `on`, `off`, `ADDRESS:PORT` for a port of its own, or `auto`: on without authentication, off with it.',
  },
} as const satisfies Table;
