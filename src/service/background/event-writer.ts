import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '../../contract/responses/stream-events.ts';
import type { EventsRef, ResponseEventStore } from '../../store/response-events/port.ts';
import { unnumbered } from './event-text.ts';

/** Shortest time between two writes: what comes in between is stored together. */
const WRITE_EVERY_MS = 50;
/** Pause after a write that has failed. */
const RETRY_AFTER_MS = 500;
/** Characters that wait to be stored, beyond which the turn waits too. */
const MOST_WAITING = 1024 * 1024;

export interface EventWriterOptions {
  readonly store: Pick<ResponseEventStore, 'append'>;
  readonly ref: EventsRef & { readonly token: string };
  /** Called when events are stored. */
  readonly onStored: () => void;
  /** Called when the response is no longer this process's to make. */
  readonly onLost: () => void;
}

/** Stores the events of a response in lists. Events are stored before a client gets them. */
export class EventWriter {
  readonly #options: EventWriterOptions;
  #sequence = 0;
  #waiting: string[] = [];
  #waitingLength = 0;
  #writing: Promise<void> | undefined;
  #isLost = false;
  #isHurried = false;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** Takes events. Resolves when there is room for more. */
  async add(events: readonly StreamEvent[]): Promise<void> {
    if (this.#isLost) return;
    for (const event of events) {
      const text = unnumbered(event);
      this.#waiting.push(text);
      this.#waitingLength += text.length;
    }
    this.#begin();
    if (this.#waitingLength > MOST_WAITING) await this.#writing;
  }

  /** Resolves when all events are stored, or can no longer be. */
  async flush(): Promise<void> {
    this.#isHurried = true;
    this.#begin();
    await this.#writing;
  }

  #begin(): void {
    if (this.#writing !== undefined || this.#isLost || this.#waiting.length === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isLost) {
      const isStored = await this.#writeOnce();
      // A turn that ends does not wait for a database that is away: its end could not be stored either.
      if (this.#isHurried && !isStored) return;
      if (!this.#isHurried) await sleep(isStored ? WRITE_EVERY_MS : RETRY_AFTER_MS);
    }
  }

  /** Stores what waits. Returns `false` when that has failed. */
  async #writeOnce(): Promise<boolean> {
    const { store, ref, onStored, onLost } = this.#options;
    const events = this.#waiting;
    const sequence = this.#sequence;
    this.#waiting = [];
    this.#waitingLength = 0;
    try {
      if (await store.append({ ...ref, sequence, events })) {
        this.#sequence = sequence + events.length;
        onStored();
      } else {
        this.#isLost = true;
        onLost();
      }
      return true;
    } catch {
      this.#waiting = [...events, ...this.#waiting];
      return false;
    }
  }
}
