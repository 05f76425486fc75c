import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { StopReason } from '../../observe/observer.ts';

/** Reason of an aborted signal, and therefore the error of the work that it has interrupted. */
class CallStopped extends Error {
  override readonly name = 'CallStopped';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`the call was stopped: ${reason}`);
    this.reason = reason;
  }
}

/** Returns the reason for which a call's signal was aborted; `undefined` while it is not. */
export function stopReason({ reason }: AbortSignal): StopReason | undefined {
  return reason instanceof CallStopped ? reason.reason : undefined;
}

/**
 * Returns the stop that has caused an error; `undefined` for an error of any other cause. Some libraries replace
 * the signal's reason by a new `AbortError`.
 */
export function causingStop(
  error: unknown,
  call: { readonly signal: AbortSignal } | undefined,
): StopReason | undefined {
  if (error instanceof CallStopped) return error.reason;
  const isAbort = error instanceof Error && error.name === 'AbortError';
  return isAbort && call !== undefined ? stopReason(call.signal) : undefined;
}

/**
 * Runs `action` at once when the client has gone, and `graceMs` after a stop for another reason. Returns a function
 * that cancels it.
 */
export function afterStop(signal: AbortSignal, graceMs: number, action: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stopped = (): void => {
    // Not by a timer: a producer that never waits for anything would keep it from firing.
    if (stopReason(signal) === 'client_gone') action();
    else timer = setTimeout(action, graceMs);
  };
  if (signal.aborted) stopped();
  else signal.addEventListener('abort', stopped, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
  };
}

export interface CallLimits {
  /** Time from a request's head to its deadline. Applies to calls that read the signal. */
  readonly deadlineMs: number;
  /** Time for a stopped call to end by itself, and again for its client to take the rest. */
  readonly graceMs: number;
  /** Silence of a stream after which a comment is written. */
  readonly keepAliveMs: number;
}

/**
 * The calls of one server that have read their signals. A signal links three causes: the client has gone, the
 * deadline has passed, the server stops. A call that never reads its signal costs nothing.
 */
export class OpenCalls {
  readonly #limits: CallLimits;
  /** A connection has one call at a time. */
  readonly #calls = new Map<Duplex, (reason: StopReason) => void>();
  readonly #onEmpty: (() => void)[] = [];
  #isStopping = false;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Returns the signal of a call that began at `began`, in milliseconds of `performance.now()`. */
  open(response: ServerResponse, began: number): AbortSignal {
    const controller = new AbortController();
    const { socket } = response.req;
    const stop = (reason: StopReason): void => {
      if (!controller.signal.aborted) controller.abort(new CallStopped(reason));
    };
    if (response.destroyed || socket.destroyed) {
      stop('client_gone');
      return controller.signal;
    }
    const remaining = began + this.#limits.deadlineMs - performance.now();
    const deadline = setTimeout(stop, remaining, 'deadline');
    this.#calls.set(socket, stop);
    response.once('close', () => {
      clearTimeout(deadline);
      if (!response.writableFinished) stop('client_gone');
      // The connection's next call may have begun already.
      if (this.#calls.get(socket) === stop) this.#calls.delete(socket);
      if (this.#calls.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
    });
    if (this.#isStopping) stop('shutdown');
    return controller.signal;
  }

  /** Checks for such a call on a connection. */
  has(socket: Duplex): boolean {
    return this.#calls.has(socket);
  }

  /** Stops these calls, and all later ones. Resolves when they have ended, or the time for that is over. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#calls.size === 0) return;
    const ended = new Promise<void>((resolve) => {
      this.#onEmpty.push(resolve);
    });
    for (const stop of this.#calls.values()) stop('shutdown');
    await Promise.race([ended, delay(3 * this.#limits.graceMs, undefined, { ref: false })]);
  }
}
