/** A failure that the person who runs the program can mend: what is wrong, and what to do about it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** Stable, for scripts. */
  readonly code: string;
  readonly fix: string;

  constructor(code: string, title: string, fix: string, cause?: unknown) {
    super(title, { cause });
    this.code = code;
    this.fix = fix;
  }
}
