import type { AnsweredRequest, BegunStream, Committed, Observer } from '../observe/observer.ts';
import type { DatabaseKind } from '../base/errors/unavailable-reasons.ts';
import { Log, type LogOptions, type LogSink } from './log.ts';
import type { Metrics, MetricSources } from './metrics.ts';

/** Everything that is told of one server's work: its log, and its metrics once it has any. */
export class Telemetry implements Observer {
  /** Undefined: nobody wants one. */
  readonly log: Log | undefined;
  #metrics: Metrics | undefined;

  private constructor(log: Log | undefined) {
    this.log = log;
  }

  static async open(
    options: LogOptions,
    sink: LogSink | undefined,
    database: DatabaseKind,
  ): Promise<Telemetry> {
    return new Telemetry(sink === undefined ? undefined : await Log.open(options, sink, database));
  }

  /** Begins to count. */
  async measure(sources: MetricSources): Promise<void> {
    // Loaded only where it is used: start-up is felt.
    const { Metrics: Counting } = await import('./metrics.ts');
    this.#metrics = new Counting(sources);
  }

  /** The metrics in Prometheus's text format; empty before there are any. */
  async metricsText(): Promise<string> {
    return (await this.#metrics?.text()) ?? '';
  }

  began(stream: BegunStream): void {
    this.#metrics?.began();
    this.log?.began(stream);
  }

  answered(request: AnsweredRequest): void {
    this.#metrics?.answered(request);
    this.log?.answered(request);
  }

  committed(commit: Committed): void {
    this.#metrics?.committed(commit);
  }

  transferred(direction: 'read' | 'written', items: readonly { readonly type: string }[]): void {
    this.#metrics?.transferred(direction, items);
  }

  lookedUp(cache: 'api_keys' | 'issuer_keys', isHit: boolean): void {
    this.#metrics?.lookedUp(cache, isHit);
  }
}
