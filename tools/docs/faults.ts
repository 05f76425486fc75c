import type { UnavailableReason } from '../../src/base/errors/store-unavailable.ts';
import {
  explanationOf,
  UNAVAILABLE_REASONS,
  type DatabaseKind,
  type Entries,
} from '../../src/base/errors/unavailable-reasons.ts';
import { code, table } from './markdown.ts';

const NAMES: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
};

/** Fault of the machine that `test/faults/` produces. */
interface Fault {
  readonly fault: string;
  readonly callers: string;
  /** Reason that the log explains; `undefined` when the log has no line. */
  readonly logged: readonly [UnavailableReason, DatabaseKind] | undefined;
  readonly recovers: string;
}

const FAULTS: readonly Fault[] = [
  {
    fault: 'the disk is full',
    callers: 'writes and deletions 503, reads go on',
    logged: ['disk_full', 'sqlite'],
    recovers: 'yes, as soon as there is room',
  },
  {
    fault: 'the volume is read-only',
    callers: 'writes 503, reads go on',
    logged: ['read_only', 'sqlite'],
    recovers: 'yes',
  },
  {
    fault: 'the disk fails to write or to sync',
    callers: 'writes 503, reads go on',
    logged: ['disk_fault', 'sqlite'],
    recovers: 'yes',
  },
  {
    fault: 'pages of the file are damaged',
    callers: 'requests that need these pages 503, all others go on',
    logged: ['damaged', 'sqlite'],
    recovers: 'no',
  },
  {
    fault: 'the file is emptied (`> colloquy.db`)',
    callers: 'writes 503, reads 503 unless they are cached',
    logged: ['damaged', 'sqlite'],
    recovers: 'no',
  },
  {
    fault: 'the file is renamed away, or replaced by another',
    callers: 'writes 503, reads go on with the original file',
    logged: ['file_gone', 'sqlite'],
    recovers: 'yes, when the file is back',
  },
  {
    fault: 'the file is deleted',
    callers: 'writes 503, reads go on',
    logged: ['file_gone', 'sqlite'],
    recovers: 'no',
  },
  {
    fault: 'the log (`-wal`) is deleted',
    callers: 'writes 503, reads go on',
    logged: ['file_gone', 'sqlite'],
    recovers: 'no; a start repairs it, since the file has everything',
  },
  { fault: 'the clock steps', callers: 'nothing', logged: undefined, recovers: 'yes' },
  {
    fault: 'PostgreSQL is read-only',
    callers: 'writes 503 at once, reads go on',
    logged: ['standby', 'postgres'],
    recovers: 'yes',
  },
  {
    fault: "PostgreSQL's disk is full",
    callers: 'writes 503 at once, reads go on',
    logged: ['disk_full', 'postgres'],
    recovers: 'yes',
  },
  {
    fault:
      'the audit log cannot be written, so lines are lost; the log names the ids of their requests',
    callers: 'nothing',
    logged: ['disk_full', 'sqlite'],
    recovers: 'yes',
  },
];

/** Returns the Markdown table of the faults of the machine. */
export function faultTable(): string {
  const rows = FAULTS.map(({ fault, callers, logged, recovers }) => {
    const cause = logged === undefined ? undefined : explanationOf(...logged).inUse?.cause;
    return [fault, callers, cause ?? 'nothing', recovers];
  });
  return table(['fault', 'callers', 'log: `cause`', 'recovers by itself'], rows);
}

/** Returns the Markdown of all causes that the log names, with the fixes while serving and at start. */
export function faultFixes(): string {
  const causes = new Map<string, { readonly cause: string; readonly names: string[] }>();
  for (const { kind, inUse, atStart } of entries()) {
    if (inUse === undefined) continue;
    const lines = [`- While serving: ${inUse.fix} ${inUse.recovery}`];
    if (atStart !== undefined) lines.push(`- At start, ${code(atStart.code)}: ${atStart.fix}`);
    const text = lines.join('\n');
    const names = [...(causes.get(text)?.names ?? []), NAMES[kind]];
    causes.set(text, { cause: inUse.cause, names });
  }
  return [...causes]
    .map(([text, { cause, names }]) => `**${cause}** (${names.join(' and ')})\n\n${text}`)
    .join('\n\n');
}

function entries() {
  return Object.values<Entries>(UNAVAILABLE_REASONS).flatMap(({ sqlite, postgres }) => [
    { kind: 'sqlite' as const, ...sqlite },
    { kind: 'postgres' as const, ...postgres },
  ]);
}
