import type { StoreCall } from './store-calls.ts';

/** Who asked, as far as anybody is told: never more than this. */
export interface Asker {
  readonly tenant: string;
  readonly subject: string;
}

/** A request that has had its answer. Times are milliseconds of `performance.now()`. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  /** The route's template, such as `/v1/conversations/{conversation_id}`; undefined where none was found. */
  readonly route: string | undefined;
  readonly status: number;
  /** What went wrong, by its name in the table of errors. */
  readonly error: string | undefined;
  readonly asker: Asker | undefined;
  readonly began: number;
  /** Undefined where nobody was asked who they are, or it was not found out. */
  readonly authorised: { readonly began: number; readonly ended: number } | undefined;
  readonly ended: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly calls: readonly StoreCall[];
}

/** Writes that were committed together. Times are milliseconds. */
export interface Committed {
  readonly writes: number;
  /** How long the first of them had waited. */
  readonly waited: number;
  readonly took: number;
}

/** What a store says of itself when it is asked. */
export interface StoreGauges {
  /** Reads and writes that wait for their turn. */
  readonly queued: number;
  /** Connections by state, where there are several. */
  readonly connections: Readonly<Record<'busy' | 'idle', number>> | undefined;
}

/** What the parts of a server tell of their work. No words of anybody are among it. */
export interface Observer {
  answered(request: AnsweredRequest): void;
  committed(commit: Committed): void;
  /** Items that were stored or served, by type. */
  moved(direction: 'read' | 'written', items: readonly { readonly type: string }[]): void;
  lookedUp(cache: 'api_keys' | 'issuer_keys', isHit: boolean): void;
}

/** Listens to nothing. */
export const NO_OBSERVER: Observer = {
  answered: () => undefined,
  committed: () => undefined,
  moved: () => undefined,
  lookedUp: () => undefined,
};
