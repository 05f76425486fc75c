import { FAILURE_CODES, type ToolOutcome } from '../../tools/port.ts';

/** Time for which the outcome of an approved call is kept, and most of them. */
const KEPT_MS = 600_000;
const MOST_KEPT = 200;

interface Run {
  readonly outcome: Promise<ToolOutcome>;
  readonly began: number;
}

/**
 * The approved calls of this process. An approval runs its call once: when a turn fails after the call, the same
 * approval in the next request gets the same outcome. Afterwards the stored call shows that it was used.
 */
export class ApprovedRuns {
  readonly #runs = new Map<string, Run>();

  /** Runs a call, or returns the outcome of the run before. */
  once(
    key: { readonly tenant: string; readonly requestId: string },
    run: () => Promise<ToolOutcome>,
  ): Promise<ToolOutcome> {
    this.#forget();
    const name = JSON.stringify([key.tenant, key.requestId]);
    const known = this.#runs.get(name);
    if (known !== undefined) return known.outcome;
    const outcome = run();
    const kept = outcome.catch((): ToolOutcome => ({
      kind: 'protocol_error',
      code: FAILURE_CODES.timeout,
      message: 'the call was interrupted, and may have run',
    }));
    this.#runs.set(name, { outcome: kept, began: performance.now() });
    return outcome;
  }

  #forget(): void {
    const since = performance.now() - KEPT_MS;
    for (const [name, { began }] of this.#runs) {
      if (began > since && this.#runs.size < MOST_KEPT) return;
      this.#runs.delete(name);
    }
  }
}
