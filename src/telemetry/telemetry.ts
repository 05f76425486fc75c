import type {
  AnsweredRequest,
  BegunStream,
  Committed,
  JobReport,
  Observer,
  ReadPlace,
  SweepReason,
} from '../observe/observer.ts';
import type { TurnReport } from '../observe/turns.ts';
import type { DatabaseKind } from '../base/errors/unavailable-reasons.ts';
import { Log, type LogOptions, type LogSink } from './log.ts';
import type { Metrics, MetricSources } from './metrics.ts';

/** The observers of one server: its log, and its metrics once they are switched on. */
export class Telemetry implements Observer {
  /** `undefined` when logging is off. */
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

  /** Switches the metrics on. */
  async measure(sources: MetricSources): Promise<void> {
    // Imported on use: loading it delays the start of every server.
    const { Metrics: Counting } = await import('./metrics.ts');
    this.#metrics = new Counting(sources);
  }

  /** Resolves with the metrics in Prometheus's text format; empty while they are off. */
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

  readFrom(place: ReadPlace): void {
    this.#metrics?.readFrom(place);
  }

  transferred(direction: 'read' | 'written', items: readonly { readonly type: string }[]): void {
    this.#metrics?.transferred(direction, items);
  }

  lookedUp(cache: 'api_keys' | 'issuer_keys', isHit: boolean): void {
    this.#metrics?.lookedUp(cache, isHit);
  }

  turnAsked(turn: TurnReport): void {
    this.log?.turnAsked(turn);
  }

  turnEnded(turn: TurnReport): void {
    this.#metrics?.turnEnded(turn);
    this.log?.turnEnded(turn);
  }

  modelFailed(server: string, kind: string): void {
    this.#metrics?.modelFailed(server, kind);
  }

  jobEnded(job: JobReport): void {
    this.#metrics?.jobEnded(job);
    this.log?.jobEnded(job);
  }

  swept(reason: SweepReason): void {
    this.#metrics?.swept(reason);
  }
}
