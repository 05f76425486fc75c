import type { Observer, ReadPlace, StoreGauges } from '../../observe/observer.ts';
import type { PostgresOptions, PostgresServer } from '../../options/database.ts';
import type { Driver, Read, Topic, Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import type { PostgresDriver } from './driver.ts';
import { Marks } from './marks.ts';
import { Replica } from './replica.ts';
import { markIn, readOrigin, SELECT_MARK } from './standing.ts';

/**
 * A primary, and a replica that answers the reads that permit it. A read is answered by a replica that has all writes
 * of this process to its topic, and by the primary otherwise.
 */
export class ReplicatedDriver implements Driver {
  readonly syntax: Driver['syntax'];
  readonly #primary: PostgresDriver;
  readonly #replica: Replica;
  readonly #marks: Marks;
  readonly #observer: Observer;
  #isLocating = false;

  private constructor(primary: PostgresDriver, replica: Replica, marks: Marks, observer: Observer) {
    this.syntax = primary.syntax;
    this.#primary = primary;
    this.#replica = replica;
    this.#marks = marks;
    this.#observer = observer;
  }

  /** Adds a replica, which may be away. Rejects with an `OperatorError` when it answers and cannot be one. */
  static async open(
    primary: PostgresDriver,
    server: PostgresServer,
    options: PostgresOptions,
    observer: Observer,
  ): Promise<ReplicatedDriver> {
    const origin = await readOrigin(primary);
    const replica = await Replica.open(server, options, origin);
    // What another process has written before this one began is seen too.
    return new ReplicatedDriver(primary, replica, new Marks(origin.mark), observer);
  }

  async read(read: Read): Promise<readonly Row[]> {
    const answer = await this.#askReplica(read);
    const isAnswered = typeof answer !== 'string';
    this.#observer.readFrom(isAnswered ? 'replica' : answer);
    return isAnswered ? answer : this.#primary.read(read);
  }

  /** Resolves with the rows, or with the reason for which the primary must answer. */
  async #askReplica(read: Read): Promise<readonly Row[] | Exclude<ReadPlace, 'replica'>> {
    if (read.fromReplica === undefined) return 'primary';
    const { topic, isPresent = hasRows } = read.fromReplica;
    const needed = this.#marks.neededFor(topic);
    if (needed === undefined) {
      void this.#locate();
      return 'replica_behind';
    }
    const answer = await this.#replica.read(read, needed);
    return typeof answer === 'string' || isPresent(answer) ? answer : 'replica_without';
  }

  async write<Result>(write: Write<Result>): Promise<Result> {
    const { changes } = write;
    if (changes?.length === 0) return this.#primary.write(write);
    let isNoted = false;
    const take = ([row]: readonly Row[]): void => {
      if (row === undefined) return;
      this.#marks.note(changes, markIn(row));
      isNoted = true;
    };
    const loseUnlessNoted = (): void => {
      if (!isNoted) this.#lose(changes);
    };
    try {
      const result = await this.#primary.write(write, { query: SELECT_MARK, take });
      loseUnlessNoted();
      return result;
    } catch (error) {
      // It may have been committed all the same.
      if (error instanceof StoreUnavailableError) loseUnlessNoted();
      throw error;
    }
  }

  snapshot<Result>(
    work: (read: (query: Query) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    return this.#primary.snapshot(work);
  }

  gauges(): StoreGauges {
    return this.#primary.gauges();
  }

  async close(): Promise<void> {
    await Promise.all([this.#primary.close(), this.#replica.close()]);
  }

  #lose(changes: readonly Topic[] | undefined): void {
    this.#marks.lose(changes);
    void this.#locate();
  }

  /** Asks the primary for a mark, for the writes without one. Reads of what they changed ask again if it fails. */
  async #locate(): Promise<void> {
    if (this.#isLocating) return;
    this.#isLocating = true;
    const { losses } = this.#marks;
    try {
      const read = { scope: { kind: 'none' }, query: SELECT_MARK, isImpatient: true } as const;
      const [row] = await this.#primary.read(read);
      if (row !== undefined) this.#marks.settle(markIn(row), losses);
    } catch {
      // The next read of what was written asks again.
    } finally {
      this.#isLocating = false;
    }
  }
}

function hasRows(rows: readonly Row[]): boolean {
  return rows.length > 0;
}
