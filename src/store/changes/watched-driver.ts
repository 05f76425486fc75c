import type { Driver, Topic, Write } from '../engine/driver.ts';
import type { Watched } from './port.ts';

interface Watch extends Watched {
  readonly listener: () => void;
}

/** Listeners to the writes of this process. */
export class Watches {
  readonly #watches = new Set<Watch>();

  get isEmpty(): boolean {
    return this.#watches.size === 0;
  }

  add(watch: Watch): () => void {
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /** Notifies the listeners of a write's topics; all of them for a write that may have changed anything. */
  notify(topics: readonly Topic[] | undefined): void {
    for (const watch of this.#watches) {
      if (topics === undefined || topics.some((topic) => concerns(topic, watch))) watch.listener();
    }
  }
}

/** The topic of a conversation is its tenant and its id on two lines, the one of a list the tenant. */
function concerns(topic: Topic, { tenant, conversationId }: Watched): boolean {
  return conversationId === undefined
    ? topic === tenant || topic.startsWith(`${tenant}\n`)
    : topic === `${tenant}\n${conversationId}`;
}

/** Returns a driver that notifies listeners after its writes. Without listeners it adds nothing to them. */
export function watched(driver: Driver, watches: Watches): Driver {
  return {
    syntax: driver.syntax,
    read: (read) => driver.read(read),
    write: async <Result>(write: Write<Result>): Promise<Result> => {
      try {
        return await driver.write(write);
      } finally {
        // A write that has failed may have been committed.
        if (!watches.isEmpty) watches.notify(write.changes);
      }
    },
    snapshot: (work) => driver.snapshot(work),
    gauges: () => driver.gauges(),
    close: () => driver.close(),
  };
}
