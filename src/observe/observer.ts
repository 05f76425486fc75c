import type { StoreCall } from './store-calls.ts';
import type { TurnReport } from './turns.ts';

/** The caller of a request, reduced to what observers may see of it. */
export interface Caller {
  readonly tenant: string;
  readonly subject: string;
}

/** Reason for which a call is stopped before its answer is complete. */
export type StopReason = 'client_gone' | 'deadline' | 'shutdown';

/** End of a streamed answer. `complete` means that the client's connection took all of it. */
export type StreamOutcome = 'complete' | 'failed' | StopReason;

/** A request that is being answered by a stream. Times are milliseconds of `performance.now()`. */
export interface BegunStream {
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly caller: Caller | undefined;
  readonly began: number;
  /** Time at which the head and the first chunk were written. */
  readonly firstByte: number;
}

/** A request that has been answered. Times are milliseconds of `performance.now()`. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  /** The route's template, such as `/v1/conversations/{conversation_id}`; `undefined` when none was found. */
  readonly route: string | undefined;
  readonly status: number;
  /** Name of the failure in the table of errors. */
  readonly error: string | undefined;
  readonly caller: Caller | undefined;
  readonly began: number;
  /** `undefined` when the route is public, or authentication did not finish. */
  readonly authorised: { readonly began: number; readonly ended: number } | undefined;
  readonly ended: number;
  /** `undefined` when the answer was a text, which is sent whole. */
  readonly stream:
    | (Pick<BegunStream, 'firstByte'> & { readonly outcome: StreamOutcome })
    | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly calls: readonly StoreCall[];
  /** The turn that it has begun. One that is detached may go on. */
  readonly turn: TurnReport | undefined;
}

/** Writes that were committed together. Times are milliseconds. */
export interface Committed {
  readonly writes: number;
  /** Wait of the first of these writes. */
  readonly waited: number;
  readonly took: number;
}

/**
 * Server that answered a read. `replica_…`: the primary, because the replica was behind, was away, or did not have what
 * was looked for.
 */
export type ReadPlace =
  | 'primary'
  | 'replica'
  | 'replica_behind'
  | 'replica_away'
  | 'replica_without';

/** Figures of a store at this moment. */
export interface StoreGauges {
  /** Reads and writes in the queue. */
  readonly queued: number;
  /** Connections by state; `undefined` when the store has only one. */
  readonly connections: Readonly<Record<'busy' | 'idle', number>> | undefined;
}

/** One run of a job, such as the deletion of what is too old. Times are milliseconds. */
export interface JobReport {
  readonly job: string;
  readonly took: number;
  /** `undefined` when it has succeeded. */
  readonly error: unknown;
}

/** What a sweep has ended or deleted: a conversation whose time was over, one that is gone for good, or a response. */
export type SweepReason = 'expire' | 'purge' | 'response';

/** Receiver of reports on the server's work. No report contains text of a request or of an item. */
export interface Observer {
  /** A stream has begun. `answered` follows when it has ended. */
  began(stream: BegunStream): void;
  answered(request: AnsweredRequest): void;
  committed(commit: Committed): void;
  /** A read of a store with a replica has been answered. */
  readFrom(place: ReadPlace): void;
  /** Items that were stored or served, by type. */
  transferred(direction: 'read' | 'written', items: readonly { readonly type: string }[]): void;
  lookedUp(cache: 'api_keys' | 'issuer_keys', isHit: boolean): void;
  /** A turn has asked its model server. */
  turnAsked(turn: TurnReport): void;
  /** A turn has ended, which every turn does once. */
  turnEnded(turn: TurnReport): void;
  /** A model server has failed to answer, or to list its models. */
  modelFailed(server: string, kind: string): void;
  /** A job has run. */
  jobEnded(job: JobReport): void;
  /** A sweep has ended or deleted one of these. */
  swept(reason: SweepReason): void;
}

/** Observer that ignores every report. */
export const NO_OBSERVER: Observer = {
  began: () => undefined,
  answered: () => undefined,
  committed: () => undefined,
  readFrom: () => undefined,
  transferred: () => undefined,
  lookedUp: () => undefined,
  turnAsked: () => undefined,
  turnEnded: () => undefined,
  modelFailed: () => undefined,
  jobEnded: () => undefined,
  swept: () => undefined,
};
