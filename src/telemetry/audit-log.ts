import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../base/errors/message-of.ts';
import { OperatorError } from '../base/errors/operator-error.ts';

/** Destination of audit lines. */
export interface AuditLog extends Disposable {
  /** `undefined` when no lines are kept. Throws when a line cannot be written, or calls `onLost` later. */
  readonly write: ((line: string, onLost: (error: unknown) => void) => void) | undefined;
}

/**
 * Opens a file for appending, or standard output for `-`. Only its owner can read the file. Each line is written
 * before the request is answered.
 */
export function openAuditLog(target: string | undefined): AuditLog {
  if (target === undefined) return { write: undefined, [Symbol.dispose]: () => undefined };
  if (target === '-') {
    return {
      write: (line, onLost) =>
        void process.stdout.write(`${line}\n`, (error) => {
          if (error instanceof Error) onLost(error);
        }),
      [Symbol.dispose]: () => undefined,
    };
  }
  const file = open(target);
  return {
    write: (line) => void writeSync(file, `${line}\n`),
    [Symbol.dispose]: () => closeSync(file),
  };
}

function open(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new OperatorError(
      'cannot_open_audit_log',
      `The audit log ${path} cannot be opened: ${messageOf(error)}`,
      'Check that the folder exists and that this user may write to it.',
      error,
    );
  }
}
