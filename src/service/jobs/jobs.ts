/** Work that is done over and over while a server runs. */

import type { Observer } from '../../observe/observer.ts';

export interface Job {
  /** Name in log and metrics. */
  readonly name: string;
  /** Pause between two runs; each is up to a quarter shorter or longer, so that processes do not run at once. */
  readonly everyMs: number;
  /** Does what is due. It is run again after it has failed. */
  run(): Promise<void>;
}

const JITTER = 0.25;

/** The jobs of a server. Each runs by itself, one run after the other. */
export class Jobs {
  readonly #observer: Pick<Observer, 'jobEnded'>;
  readonly #jobs: readonly Job[];
  readonly #timers = new Map<Job, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(observer: Pick<Observer, 'jobEnded'>, jobs: readonly Job[]) {
    this.#observer = observer;
    this.#jobs = jobs;
  }

  start(): void {
    for (const job of this.#jobs) this.#schedule(job);
  }

  /** Begins no further run, and waits for those under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #schedule(job: Job): void {
    if (this.#isClosed) return;
    const pause = job.everyMs * (1 + JITTER * (2 * Math.random() - 1));
    const timer = setTimeout(() => {
      const running = this.#run(job).finally(() => {
        this.#running.delete(running);
        this.#schedule(job);
      });
      this.#running.add(running);
    }, pause);
    this.#timers.set(job, timer.unref());
  }

  async #run(job: Job): Promise<void> {
    const began = performance.now();
    const error = await job.run().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    this.#observer.jobEnded({ job: job.name, took: performance.now() - began, error });
  }
}
