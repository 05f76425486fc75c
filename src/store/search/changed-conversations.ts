import type { Topic } from '../engine/driver.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { keyOfTopic } from '../conversations/topics.ts';
import type { ChangedConversations } from './port.ts';

/** Conversations that are noted: some megabytes of ids. */
const MOST_NOTED = 50_000;

/** The changed conversations of this process, in the order of their first change. */
export class NotedConversations implements ChangedConversations {
  readonly #ids = new Map<string, Set<string>>();
  #size = 0;
  #isNoting = false;
  #hasLost = false;

  get size(): number {
    return this.#size;
  }

  begin(): void {
    this.#isNoting = true;
  }

  /** Notes the conversations among the topics of a write. */
  note(topics: readonly Topic[] = []): void {
    if (!this.#isNoting) return;
    for (const topic of topics) {
      const key = keyOfTopic(topic);
      if (key !== undefined) this.#add(key);
    }
  }

  add(keys: readonly ConversationKey[]): void {
    for (const key of keys) this.#add(key);
  }

  take(count: number, tenant?: string): readonly ConversationKey[] {
    const taken: ConversationKey[] = [];
    const tenants = tenant === undefined ? [...this.#ids.keys()] : [tenant];
    for (const name of tenants) {
      const ids = this.#ids.get(name);
      if (ids === undefined) continue;
      for (const conversationId of ids) {
        if (taken.length === count) break;
        ids.delete(conversationId);
        taken.push({ tenant: name, conversationId });
      }
      // A tenant that is not done yet comes last from now on.
      this.#ids.delete(name);
      if (ids.size > 0) this.#ids.set(name, ids);
      if (taken.length === count) break;
    }
    this.#size -= taken.length;
    return taken;
  }

  takeLost(): boolean {
    const hasLost = this.#hasLost;
    this.#hasLost = false;
    return hasLost;
  }

  #add({ tenant, conversationId }: ConversationKey): void {
    const ids = this.#ids.get(tenant) ?? new Set<string>();
    if (ids.has(conversationId)) return;
    if (this.#size >= MOST_NOTED) {
      this.#hasLost = true;
      return;
    }
    this.#ids.set(tenant, ids.add(conversationId));
    this.#size += 1;
  }
}
