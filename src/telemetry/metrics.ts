import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type {
  AnsweredRequest,
  Committed,
  JobReport,
  Observer,
  ReadPlace,
  StoreGauges,
  SweepReason,
} from '../observe/observer.ts';
import type { OpenTurnCounts, TurnReport } from '../observe/turns.ts';
import { TurnMetrics } from './turn-metrics.ts';

/** Sources of the figures that are read whenever the metrics are fetched. */
export interface MetricSources {
  readonly gauges: () => StoreGauges;
  /** Resolves with the size of the database in bytes. Rejects when the database is out of reach. */
  readonly databaseBytes: () => Promise<number>;
  readonly openConnections: () => Promise<number>;
  readonly openTurns: () => OpenTurnCounts;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WRITES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Statuses that refuse a caller, as opposed to the content of a request. */
const DENIAL_STATUSES = new Set([401, 403, 429]);
/** Known methods. Any further methods share one label, since a client can make up any number. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);
const MS_PER_SECOND = 1000;

let shared: Registry | undefined;

/** Returns Node's own figures. One registry serves all servers of a process, since its collectors are never freed. */
function ofTheProcess(): Registry {
  if (shared === undefined) {
    shared = new Registry();
    collectDefaultMetrics({ register: shared });
  }
  return shared;
}

/** Metrics of one server, for Prometheus. No label is an id, a subject or a tenant. */
export class Metrics implements Omit<Observer, 'turnAsked'> {
  readonly #registry = new Registry();
  readonly #requests = this.#counter(
    'colloquy_http_requests_total',
    'Requests that have been answered.',
    ['method', 'route', 'status'],
  );
  readonly #durations = this.#histogram(
    'colloquy_http_request_duration_seconds',
    'From the end of the headers to the answer.',
    SECONDS,
    ['method', 'route'],
  );
  readonly #commitWrites = this.#histogram(
    'colloquy_commit_writes',
    'Writes that shared a commit.',
    WRITES,
  );
  readonly #commitWaits = this.#histogram(
    'colloquy_commit_wait_seconds',
    'How long the first write of a commit had waited for its turn.',
    SECONDS,
  );
  readonly #commitDurations = this.#histogram(
    'colloquy_commit_duration_seconds',
    'How long a commit took, until it was durable.',
    SECONDS,
  );
  readonly #reads = this.#counter(
    'colloquy_store_reads_total',
    'Reads of a store with a replica, by where they were answered.',
    ['place'],
  );
  readonly #items = this.#counter('colloquy_items_total', 'Items that were stored or served.', [
    'direction',
    'type',
  ]);
  readonly #denials = this.#counter(
    'colloquy_denials_total',
    'Requests that were refused because of who sent them.',
    ['reason'],
  );
  readonly #lookups = this.#counter(
    'colloquy_cache_lookups_total',
    'Credentials that were looked up in memory.',
    ['cache', 'result'],
  );

  readonly #openStreams = new Gauge({
    name: 'colloquy_http_open_streams',
    help: 'Streamed answers that have begun and not ended.',
    registers: [this.#registry],
  });
  readonly #streams = this.#counter(
    'colloquy_http_streams_total',
    'Streamed answers that have ended.',
    ['route', 'outcome'],
  );
  readonly #firstBytes = this.#histogram(
    'colloquy_http_stream_first_byte_seconds',
    'From the end of the headers to the first byte of a streamed answer.',
    SECONDS,
    ['route'],
  );

  readonly #jobs = this.#counter('colloquy_jobs_total', 'Runs of jobs.', ['job', 'outcome']);
  readonly #jobDurations = this.#histogram(
    'colloquy_job_duration_seconds',
    'How long a run of a job took.',
    SECONDS,
    ['job'],
  );

  readonly #swept = this.#counter(
    'colloquy_swept_total',
    'Conversations that have expired or were purged, and responses that were deleted for their age.',
    ['reason'],
  );

  readonly #turns: TurnMetrics;

  constructor(sources: MetricSources) {
    // Node's figures are measured from the start, not from the first fetch.
    ofTheProcess();
    this.#registerGauges(sources);
    this.#turns = new TurnMetrics(this.#registry, sources.openTurns);
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[] = []): Histogram {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }

  #registerGauges({ gauges, databaseBytes, openConnections }: MetricSources): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, value: () => Promise<number>): void => {
      const made: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: async () => made.set(await value()),
      });
    };
    gauge(
      'colloquy_store_queued',
      'Reads and writes that wait for their turn.',
      async () => gauges().queued,
    );
    gauge('colloquy_http_connections', 'Open connections of clients.', openConnections);
    // Without the database the size is unknown; the other figures are still served.
    gauge('colloquy_database_bytes', 'Bytes that the database takes.', () =>
      databaseBytes().catch(() => Number.NaN),
    );
    if (gauges().connections === undefined) return;
    const connections = new Gauge({
      name: 'colloquy_database_connections',
      help: 'Connections of the pool.',
      labelNames: ['state'],
      registers,
      collect: () => {
        for (const [state, count] of Object.entries(gauges().connections ?? {})) {
          connections.set({ state }, count);
        }
      },
    });
  }

  /** Resolves with the metrics in Prometheus's text format. */
  text(): Promise<string> {
    return Registry.merge([this.#registry, ofTheProcess()]).metrics();
  }

  began(): void {
    this.#openStreams.inc();
  }

  answered(request: AnsweredRequest): void {
    const { method, route = 'none', status, error, began, ended, stream } = request;
    const known = METHODS.has(method) ? method : 'other';
    this.#requests.labels(known, route, String(status)).inc();
    this.#durations.labels(known, route).observe((ended - began) / MS_PER_SECOND);
    if (error !== undefined && DENIAL_STATUSES.has(status)) this.#denials.labels(error).inc();
    if (stream === undefined) return;
    this.#openStreams.dec();
    this.#streams.labels(route, stream.outcome).inc();
    this.#firstBytes.labels(route).observe((stream.firstByte - began) / MS_PER_SECOND);
  }

  committed({ writes, waited, took }: Committed): void {
    this.#commitWrites.observe(writes);
    this.#commitWaits.observe(waited / MS_PER_SECOND);
    this.#commitDurations.observe(took / MS_PER_SECOND);
  }

  readFrom(place: ReadPlace): void {
    this.#reads.labels(place).inc();
  }

  transferred(direction: 'read' | 'written', items: readonly { readonly type: string }[]): void {
    const counts = new Map<string, number>();
    for (const { type } of items) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const [type, count] of counts) this.#items.labels(direction, type).inc(count);
  }

  lookedUp(cache: 'api_keys' | 'issuer_keys', isHit: boolean): void {
    this.#lookups.labels(cache, isHit ? 'hit' : 'miss').inc();
  }

  turnEnded(turn: TurnReport): void {
    this.#turns.ended(turn);
  }

  modelFailed(server: string, kind: string): void {
    this.#turns.modelFailed(server, kind);
  }

  jobEnded({ job, took, error }: JobReport): void {
    this.#jobs.labels(job, error === undefined ? 'succeeded' : 'failed').inc();
    this.#jobDurations.labels(job).observe(took / MS_PER_SECOND);
  }

  swept(reason: SweepReason): void {
    this.#swept.labels(reason).inc();
  }
}
