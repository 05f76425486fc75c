import type { Table } from './entry.ts';
import { hostOrSocket, text, wholeNumber } from './parsers.ts';

export const PROCESS = {
  configFile: {
    name: 'config',
    placeholder: 'FILE',
    parser: text,
    only: 'flag',
    description: 'A YAML file with any of these settings.',
  },
  host: {
    name: 'host',
    placeholder: 'ADDRESS',
    parser: hostOrSocket,
    default: '127.0.0.1',
    description:
      'Address to listen on, or `unix:PATH` for a Unix socket that the owner and the group may use.',
  },
  port: {
    name: 'port',
    placeholder: 'PORT',
    parser: wholeNumber(0, 65_535),
    default: '4141',
    description: 'Port to listen on. 0 takes any free port, which the server prints.',
  },
  drainTimeoutSeconds: {
    name: 'drain-timeout',
    placeholder: 'SECONDS',
    parser: wholeNumber(0, 3600),
    default: '30',
    description:
      'Time that a stopping server gives to open requests before it closes their connections.',
  },
} as const satisfies Table;
