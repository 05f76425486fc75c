import type { OPERATOR_CODES } from './operator-codes.ts';

/** Code of a failure that an operator can mend. `docs/errors.md` explains each. */
export type OperatorCode = keyof typeof OPERATOR_CODES;

/** Failure that an operator can mend: the problem in one sentence, and the fix. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: OperatorCode;
  readonly fix: string;

  constructor(code: OperatorCode, title: string, fix: string, cause?: unknown) {
    super(title, { cause });
    this.code = code;
    this.fix = fix;
  }
}
