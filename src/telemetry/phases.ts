import type { AnsweredRequest } from '../observe/observer.ts';

/** Time that a request spent in each phase, in milliseconds. */
export interface Phases {
  /** Finding the route, receiving, parsing and checking the body. */
  readonly parse: number;
  /** Authenticating the caller. */
  readonly authorise: number;
  /** Waiting for the commit under way, or for a free connection. */
  readonly queue: number;
  readonly read: number;
  readonly commit: number;
  /** Turning stored rows into the bytes of the answer. */
  readonly serialise: number;
}

/** Divides the time of a request among its phases. */
export function phasesOf({ began, ended, authorised, calls }: AnsweredRequest): Phases {
  const authorise = authorised === undefined ? 0 : authorised.ended - authorised.began;
  // Earlier calls belong to the authentication.
  const own = calls.filter((call) => call.began >= (authorised?.ended ?? began));
  const sum = (of: (call: AnsweredRequest['calls'][number]) => number): number =>
    own.reduce((total, call) => total + of(call), 0);
  const queue = sum((call) => call.started - call.began);
  const work = (kind: 'read' | 'write'): number =>
    sum((call) => (call.kind === kind ? call.ended - call.started : 0));
  const [read, commit] = [work('read'), work('write')];
  const last = own.at(-1);
  const serialise = last === undefined ? 0 : ended - last.ended;
  const parse = ended - began - authorise - queue - read - commit - serialise;
  return { parse: Math.max(0, parse), authorise, queue, read, commit, serialise };
}
