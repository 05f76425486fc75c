import { OperatorError } from '../../base/errors/operator-error.ts';

/** What one look at one thing has shown. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** What was looked at, and what it is like. */
  readonly detail: string;
  /** What to do about it, where it is not ok. */
  readonly fix?: string;
}

export function ok(check: string, detail: string): Finding {
  return { check, state: 'ok', detail };
}

export function warning(check: string, detail: string, fix: string): Finding {
  return { check, state: 'warning', detail, fix };
}

export function failed(check: string, detail: string, fix: string): Finding {
  return { check, state: 'failed', detail, fix };
}

/** Rethrows what an operator cannot mend: the program's own faults. */
export function failedBy(check: string, error: unknown): Finding {
  if (!(error instanceof OperatorError)) throw error;
  return failed(check, error.message.trim().replaceAll(/\s*\n\s*/g, ' '), error.fix);
}
