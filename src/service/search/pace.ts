/** Shares of the time that the work takes: of a process that is busy, and of one that is idle. */
const LEAST_SHARE = 0.05;
const MOST_SHARE = 0.9;
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 2_000;
/** Time after which most of what was measured before no longer counts. */
const MEMORY_MS = 500;

/** The pace of work in the background: it takes time that requests leave, and very little of theirs. */
export class Pace {
  #before = performance.eventLoopUtilization();
  /** Share of its time in which the process has been busy with other work lately. */
  #busy = 0;
  #took = 0;
  #hurrying = 0;
  #wake: (() => void) | undefined;

  /** Does a piece of work, and notes its time. */
  async measure<Result>(work: () => Promise<Result>): Promise<Result> {
    const { utilization, active, idle } = performance.eventLoopUtilization(this.#before);
    const weight = Math.exp(-(active + idle) / MEMORY_MS);
    this.#busy = weight * this.#busy + (1 - weight) * utilization;
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.#took = performance.now() - began;
      this.#before = performance.eventLoopUtilization();
    }
  }

  /** Makes no pauses while `work` runs, and ends the one under way. */
  async hurried<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#hurrying += 1;
    this.wake();
    try {
      return await work();
    } finally {
      this.#hurrying -= 1;
    }
  }

  /** Ends the pause under way. */
  wake(): void {
    this.#wake?.();
  }

  /** Waits after a piece of work, the longer the busier the process is. */
  async pause(): Promise<void> {
    if (this.#hurrying > 0) return;
    // A process that is half busy already has its queues.
    const share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, 1 - 2 * this.#busy));
    const pause = (this.#took * (1 - share)) / share;
    const bounded = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pause));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, bounded).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
