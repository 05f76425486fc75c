import { OperatorError } from '../../base/errors/operator-error.ts';

/** Result of one check. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** Subject of the check, and its condition. */
  readonly detail: string;
  /** Fix, unless the state is `ok`. */
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

/** Returns an operator's error as a finding. Rethrows any other error, since it is a fault of the program. */
export function failedBy(check: string, error: unknown): Finding {
  if (!(error instanceof OperatorError)) throw error;
  return failed(check, error.message.trim().replaceAll(/\s*\n\s*/g, ' '), error.fix);
}
