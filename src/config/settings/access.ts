import { authentication, authOptions } from './authentication.ts';
import { group, type Table } from './entry.ts';
import { exactText, onOff, orNone, text } from './parsers.ts';

export const ACCESS = {
  allowAnonymous: {
    name: 'allow-anonymous',
    parser: onOff,
    default: 'off',
    description:
      'Serve all callers that reach a host other than this machine, under any name in the `Host` header. Without it, and without authentication, such a host is refused at start.',
  },
  auth: group({
    entries: {
      authentication,
      headersSecret: {
        name: 'auth-headers-secret',
        placeholder: 'TEXT',
        parser: orNone(exactText),
        default: '',
        isSecret: true,
        description: 'Secret that the gateway of the scheme `headers` sends to prove itself.',
      },
      userIsolation: {
        name: 'user-isolation',
        parser: onOff,
        default: 'off',
        description: "Separate the users of one key by Azure's header `x-ms-user-isolation-key`.",
      },
    },
    finish: authOptions,
  }),
  auditLog: {
    name: 'audit-log',
    placeholder: 'FILE',
    parser: orNone(text),
    default: '',
    description:
      'File for one JSON line about each change and each denial, or `-` for standard output.',
  },
  auditLogReads: {
    name: 'audit-log-reads',
    parser: onOff,
    default: 'off',
    description:
      'Write a line to the audit log about each read of conversations, items and responses too.',
  },
} as const satisfies Table;
