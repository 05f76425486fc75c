import type {
  ApprovedCallStore,
  BeginCallParams,
  BeginCallResult,
  BegunCall,
} from '../../store/approved-calls/port.ts';
import { FAILURE_CODES, type ToolFailure, type ToolOutcome } from '../../tools/port.ts';
import { notCalled, type RunCall } from '../generation/toolbox.ts';

/** Time for which the outcome of an approved call is kept, and most of them. */
const KEPT_MS = 600_000;
const MOST_KEPT = 200;

interface Run {
  readonly outcome: Promise<ToolOutcome>;
  readonly began: number;
}

/**
 * The approved calls of this process. An approval runs its call once, as the store notes before the call is sent. When a
 * turn fails after its call, the same approval in the next request to this process gets the same outcome; to another
 * process, the answer that the call may have run.
 */
export class ApprovedRuns {
  readonly #store: ApprovedCallStore;
  readonly #runs = new Map<string, Run>();

  constructor(store: ApprovedCallStore) {
    this.#store = store;
  }

  /** Runs a call, or returns the outcome of the run before. */
  once(request: BeginCallParams, run: RunCall, signal: AbortSignal): Promise<ToolOutcome> {
    this.#forget();
    const name = JSON.stringify([request.tenant, request.requestId]);
    const known = this.#runs.get(name);
    if (known !== undefined) return known.outcome;
    const beginning = new Beginning(this.#store, request, signal);
    const outcome = run(() => beginning.begin()).then((ended) => beginning.checked(ended));
    const kept = {
      outcome: outcome.catch(() =>
        beginning.isMade
          ? MAY_HAVE_RUN
          : notCalled('the request that has approved the call was stopped before it'),
      ),
      began: performance.now(),
    };
    this.#runs.set(name, kept);
    // A call that was not made may be made by the next approval.
    void kept.outcome.then(() => {
      if (!beginning.isMade && this.#runs.get(name) === kept) this.#runs.delete(name);
    });
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

/** The beginning of one call, in the store. */
class Beginning {
  readonly #store: ApprovedCallStore;
  readonly #request: BeginCallParams;
  readonly #signal: AbortSignal;
  #call: BegunCall | undefined;

  constructor(store: ApprovedCallStore, request: BeginCallParams, signal: AbortSignal) {
    this.#store = store;
    this.#request = request;
    this.#signal = signal;
  }

  /** Whether the call was sent. */
  get isMade(): boolean {
    return this.#call !== undefined;
  }

  /** Notes that the call is about to be sent. Resolves with the reason if it must not be. */
  async begin(): Promise<ToolFailure | undefined> {
    const result = await this.#store.begin(this.#request);
    if (result.refused !== undefined) return REFUSALS[result.refused];
    this.#call = result.call;
    if (this.#signal.aborted) await this.#undo();
    this.#signal.throwIfAborted();
    return undefined;
  }

  /** Returns the outcome. The beginning of a call that did not reach its server is taken back. */
  async checked(outcome: ToolOutcome): Promise<ToolOutcome> {
    if (outcome.kind === 'protocol_error' && outcome.isUnsent === true) await this.#undo();
    return outcome;
  }

  async #undo(): Promise<void> {
    const call = this.#call;
    this.#call = undefined;
    // With a database that is away, the call counts as one that may have run.
    if (call !== undefined) await this.#store.undo(call).catch(() => undefined);
  }
}

const MAY_HAVE_RUN: ToolFailure = {
  kind: 'protocol_error',
  code: FAILURE_CODES.mayHaveRun,
  message:
    'the call was begun before and may have run, but its outcome is not known; it is not made again under the same approval',
};

const REFUSALS: Readonly<Record<NonNullable<BeginCallResult['refused']>, ToolFailure>> = {
  begun_before: MAY_HAVE_RUN,
  conversation_absent: notCalled('the conversation with the request for its approval is gone'),
};
