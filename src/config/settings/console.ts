import type { Table } from './entry.ts';
import { onOff } from './parsers.ts';

export const CONSOLE = {
  console: {
    name: 'console',
    parser: onOff,
    default: 'on',
    description:
      'The web console at `/console/`. It is a file and not a right: it shows what the credentials given to it may read.',
  },
} as const satisfies Table;
