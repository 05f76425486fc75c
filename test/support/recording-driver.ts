import type { Driver, Read, RoundTrips, Write } from '../../src/store/engine/driver.ts';
import type { SqlSyntax } from '../../src/store/engine/syntax.ts';
import type { Query } from '../../src/store/engine/query.ts';

/** A driver that passes everything on and records the statements, which may be those of another syntax. */
export class RecordingDriver implements Driver {
  readonly syntax: Driver['syntax'];
  readonly queries: Query[] = [];
  readonly #driver: Driver;

  constructor(driver: Driver, syntax: SqlSyntax = driver.syntax) {
    this.#driver = driver;
    this.syntax = syntax;
  }

  read(read: Read) {
    this.queries.push(read.query);
    return this.#driver.read(read);
  }

  write<Result>(write: Write<Result>): Promise<Result> {
    if (write.proof !== undefined) this.queries.push(write.proof.query);
    const recorded = (trips: RoundTrips): RoundTrips => ({
      send: (...queries) => trips.send(...this.#record(queries)),
      finish: (...queries) => trips.finish(...this.#record(queries)),
    });
    return this.#driver.write({
      ...write,
      inRoundTrips: (trips) => write.inRoundTrips(recorded(trips)),
    });
  }

  gauges() {
    return this.#driver.gauges();
  }

  snapshot<Result>(work: Parameters<Driver['snapshot']>[0]): Promise<Result> {
    // Sound: the driver resolves with the result of `work`.
    return this.#driver.snapshot(work) as Promise<Result>;
  }

  close() {
    return this.#driver.close();
  }

  #record(queries: readonly Query[]): readonly Query[] {
    this.queries.push(...queries);
    return queries;
  }
}
