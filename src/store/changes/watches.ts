import type { Topic } from '../engine/driver.ts';
import type { Watched } from './port.ts';

interface Watch extends Watched {
  readonly listener: () => void;
}

/** Listeners to the writes of this process. */
export class Watches {
  readonly #watches = new Set<Watch>();

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
