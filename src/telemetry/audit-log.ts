import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../base/message-of.ts';
import { OperatorError } from '../base/operator-error.ts';

/** Where audit lines go. `write` is undefined where none are kept. */
export interface AuditLog extends Disposable {
  readonly write: ((line: string) => void) | undefined;
}

/**
 * Opens a file to append to, or standard output for `-`. The file is readable by its owner alone. Each line
 * is handed to the system before the request is answered; `write` throws when that fails.
 */
export function openAuditLog(target: string | undefined): AuditLog {
  if (target === undefined) return { write: undefined, [Symbol.dispose]: () => undefined };
  if (target === '-') {
    return {
      write: (line) => process.stdout.write(`${line}\n`),
      [Symbol.dispose]: () => undefined,
    };
  }
  const file = open(target);
  return {
    write: (line) => writeSync(file, `${line}\n`),
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
