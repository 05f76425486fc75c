import type { StoreGauges } from '../../observe/observer.ts';
import type { Driver, Read, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { NotedConversations } from './changed-conversations.ts';

/** A driver that notes the conversations that its writes change. */
export class NotingDriver implements Driver {
  readonly #driver: Driver;
  readonly #changed: NotedConversations;

  constructor(driver: Driver, changed: NotedConversations) {
    this.#driver = driver;
    this.#changed = changed;
  }

  get syntax(): SqlSyntax {
    return this.#driver.syntax;
  }

  read(read: Read): Promise<readonly Row[]> {
    return this.#driver.read(read);
  }

  async write<Result>(write: Write<Result>): Promise<Result> {
    try {
      return await this.#driver.write(write);
    } finally {
      // Also of a write that has failed: it may be stored, if its answer was lost.
      this.#changed.note(write.changes);
    }
  }

  snapshot<Result>(
    work: (read: (query: Query) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    return this.#driver.snapshot(work);
  }

  gauges(): StoreGauges {
    return this.#driver.gauges();
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}
