import { hash } from 'node:crypto';
import pino, { type DestinationStream, type LevelWithSilent, type Logger } from 'pino';
import type { DatabaseKind } from '../base/errors/unavailable-reasons.ts';
import { adviceOn } from './advice.ts';
import type { AnsweredRequest, BegunStream, Caller, JobReport } from '../observe/observer.ts';
import { standardError, type LogFormat } from './log-output.ts';
import type { TurnReport } from '../observe/turns.ts';
import { phasesOf, type Phases } from './phases.ts';
import { round, turnFields } from './turn-fields.ts';

export interface LogOptions {
  readonly logLevel: LevelWithSilent;
  readonly logFormat: LogFormat;
  /** Milliseconds from which a request is logged as slow, with its phases; 0 for never. */
  readonly slowRequestMs: number;
}

/** Destination of the log: standard error, or any stream that takes lines of JSON. */
export type LogSink = 'stderr' | DestinationStream;

/** Characters of a hash, enough to tell subjects apart. */
const HASH_LENGTH = 16;

/**
 * The log of one server: one line a request, and one a failure. No line contains text of a caller: no item, no
 * metadata, no credential, and only the route of a URL.
 */
export class Log {
  readonly #logger: Logger;
  readonly #database: DatabaseKind;
  readonly #slowRequestMs: number;
  readonly #hashes = new WeakMap<Caller, string>();
  readonly #flush: () => Promise<void>;
  /** Jobs that have failed when they ran last. */
  readonly #failing = new Set<string>();

  private constructor(
    logger: Logger,
    database: DatabaseKind,
    slowRequestMs: number,
    flush: () => Promise<void>,
  ) {
    this.#logger = logger;
    this.#database = database;
    this.#slowRequestMs = slowRequestMs;
    this.#flush = flush;
  }

  /** `database` is the kind that the log's advice is for. */
  static async open(options: LogOptions, sink: LogSink, database: DatabaseKind): Promise<Log> {
    const { stream, flush } =
      sink === 'stderr'
        ? await standardError(options.logFormat)
        : { stream: sink, flush: async () => undefined };
    const logger = pino(
      {
        level: options.logLevel,
        // Leaves out the process id and the host, which a log collector adds.
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    );
    return new Log(logger, database, options.slowRequestMs, flush);
  }

  /** Logs at the level debug that a stream has begun. */
  began({ id, method, route, began, firstByte }: BegunStream): void {
    const fields = { request_id: id, method, route, first_byte_ms: round(firstByte - began) };
    this.#logger.debug(fields, 'stream began');
  }

  answered(request: AnsweredRequest): void {
    const phases = this.#slowRequestMs > 0 ? this.#slowPhases(untilFirstByte(request)) : undefined;
    if (phases !== undefined) {
      this.#logger.warn(
        { ...this.#fields(request), phase: slowest(phases), phases_ms: rounded(phases) },
        'slow request',
      );
    } else if (this.#logger.isLevelEnabled('info')) {
      this.#logger.info(this.#fields(request), 'request');
    }
  }

  /** Logs at the level debug that a turn has asked its model server. */
  turnAsked(turn: TurnReport): void {
    if (!this.#logger.isLevelEnabled('debug')) return;
    this.#logger.debug({ request_id: turn.requestId, ...turnFields(turn) }, 'model asked');
  }

  /** Logs the end of a turn without its client. Any other turn is part of its request's line. */
  turnEnded(turn: TurnReport): void {
    const { isDetached, isBackground, requestId, error, began, ended = began } = turn;
    if (!isDetached && !isBackground) return;
    const fields = {
      request_id: requestId,
      ...(error === undefined ? {} : { error }),
      duration_ms: round(ended - began),
      ...turnFields(turn),
    };
    this.#logger[error === undefined ? 'info' : 'warn'](
      fields,
      isBackground ? 'background turn' : 'detached turn',
    );
  }

  /** Logs the first failure of a job after a success, and its next success. */
  jobEnded({ job, took, error }: JobReport): void {
    const hasFailed = error !== undefined;
    if (hasFailed === this.#failing.has(job)) return;
    const fields = { job, duration_ms: round(took) };
    if (hasFailed) {
      this.#failing.add(job);
      this.#logger.warn({ ...fields, stacks: stacksOf(error) }, 'job failed');
    } else {
      this.#failing.delete(job);
      this.#logger.info(fields, 'job succeeds again');
    }
  }

  /** Logs a failure that is the server's own, with advice to the operator. */
  failed(error: unknown, requestId: string): void {
    const advice = adviceOn(error, this.#database);
    const fields = { request_id: requestId, ...advice, stacks: stacksOf(error) };
    this.#logger.error(fields, 'request failed');
  }

  /** Logs that credentials were refused; `reason` never contains any of them. */
  refused(scheme: string, reason: string, requestId: string): void {
    this.#logger.debug({ request_id: requestId, scheme, reason }, 'credentials refused');
  }

  info(message: string): void {
    this.#logger.info(message);
  }

  warn(message: string): void {
    this.#logger.warn(message);
  }

  /** Resolves when the log is written, or cannot be written. To be called last. */
  flush(): Promise<void> {
    return this.#flush();
  }

  /** Returns the phases of a request that is slow, apart from the time that its model takes. */
  #slowPhases(request: AnsweredRequest): Phases | undefined {
    const { began, ended, turn } = request;
    // Spares most requests the division into phases.
    if (ended - began < this.#slowRequestMs) return undefined;
    const phases = phasesOf(request);
    return turn === undefined ||
      ended - began - (phases.model ?? 0) - (phases.tools ?? 0) >= this.#slowRequestMs
      ? phases
      : undefined;
  }

  #fields(request: AnsweredRequest): Readonly<Record<string, unknown>> {
    const { id, method, route, status, error, caller, began, ended, stream, turn } = request;
    return {
      request_id: id,
      method,
      route: route ?? null,
      status,
      ...(error === undefined ? {} : { error }),
      duration_ms: round(ended - began),
      ...(stream === undefined
        ? {}
        : { first_byte_ms: round(stream.firstByte - began), outcome: stream.outcome }),
      ...(caller === undefined
        ? {}
        : { tenant: caller.tenant, subject_hash: this.#hashOf(caller) }),
      bytes_in: request.bytesIn,
      bytes_out: request.bytesOut,
      ...(turn === undefined ? {} : turnFields(turn)),
    };
  }

  #hashOf(caller: Caller): string {
    const known = this.#hashes.get(caller);
    if (known !== undefined) return known;
    const made = hash('sha256', JSON.stringify([caller.tenant, caller.subject]));
    this.#hashes.set(caller, made.slice(0, HASH_LENGTH));
    return made.slice(0, HASH_LENGTH);
  }
}

/** Returns a stream's request as if it had ended with the first byte: the rest takes as long as its producer does. */
function untilFirstByte(request: AnsweredRequest): AnsweredRequest {
  if (request.stream === undefined) return request;
  const ended = request.stream.firstByte;
  return { ...request, ended, calls: request.calls.filter((call) => call.ended <= ended) };
}

/** Returns the longest phase, apart from that of the model. */
function slowest(phases: Phases): string {
  const [name] = Object.entries({ ...phases, model: 0, tools: 0 }).reduce((one, other) =>
    other[1] > one[1] ? other : one,
  );
  return name;
}

function rounded(phases: Phases): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(phases).map(([name, ms]) => [name, round(ms)]));
}

/** Returns the stacks of an error and of all its causes. */
function stacksOf(error: unknown): readonly string[] {
  const stacks: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    stacks.push(cause.stack ?? String(cause));
  }
  return stacks.length > 0 ? stacks : [String(error)];
}
